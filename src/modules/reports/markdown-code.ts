import hljs from 'highlight.js/lib/common';
import type { MarkdownIt, Token } from 'markdown-it';

/** How much code of a text is highlighted; where there is more, it is data, of which colours make ten times as much. */
const HIGHLIGHT_MAX_CHARACTERS = 128 << 10;

/** Highlights code by classes, and leaves the source of Mermaid diagrams for the page's script to draw. */
export function adoptCode(markdown: MarkdownIt): void {
  const { escapeHtml } = markdown.utils;

  markdown.core.ruler.push('highlight', ({ tokens }) => {
    let left = HIGHLIGHT_MAX_CHARACTERS;
    for (const token of tokens) {
      const language = languageOf(token);
      if (token.type !== 'fence' || !hljs.getLanguage(language) || token.content.length > left) continue;
      left -= token.content.length;
      token.meta = { html: hljs.highlight(token.content, { language, ignoreIllegals: true }).value };
    }
  });

  markdown.renderer.rules['fence'] = markdown.renderer.rules['code_block'] = (tokens, index) => {
    const token = tokens[index];
    if (!token) return '';
    const open = languageOf(token) === 'mermaid' ? '<pre class="mermaid" tabindex="0">' : '<pre tabindex="0">';
    return `${open}<code>${(token.meta?.['html'] as string | undefined) ?? escapeHtml(token.content)}</code></pre>\n`;
  };
}

function languageOf({ info }: Token): string {
  return info.trim().toLowerCase().split(/\s/, 1)[0] ?? '';
}
