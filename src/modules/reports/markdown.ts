import MarkdownIt, { type Token } from 'markdown-it';
import { adoptCode } from './markdown-code.js';
import { excerptOf } from './markdown-excerpt.js';
import { adoptTables, adoptTasks, linkHeadings } from './markdown-rules.js';
import { sanitize } from './markdown-sanitizer.js';
import type { Rendering, Source } from './rendering.js';

/** Repeated references can make much of little. */
const HTML_MAX_CHARACTERS = 8 << 20;

const markdown = new MarkdownIt({ html: false, linkify: true });
// Only what begins with a scheme is a link: `main.rs` and `README.md` would be host names.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
markdown.use(linkHeadings).use(adoptTasks).use(adoptTables).use(adoptCode);

/** Markdown as HTML that is safe to show on any page of ours. Takes its time: see {@link MarkdownThread}. */
export function renderMarkdown({ title, content }: Source): Rendering {
  const environment = {};
  const tokens = withoutTitle(markdown.parse(content, environment), title);
  const html = markdown.renderer.render(tokens, markdown.options, environment);
  const excerpt = excerptOf(tokens);
  return { html: html.length > HTML_MAX_CHARACTERS ? null : sanitize(html), excerpt };
}

/** A page says the title above the report: a text that begins with it would say it twice. */
function withoutTitle(tokens: Token[], title: string): Token[] {
  const [open, inline] = tokens;
  return open?.tag === 'h1' && inline?.content.trim() === title ? tokens.slice(3) : tokens;
}
