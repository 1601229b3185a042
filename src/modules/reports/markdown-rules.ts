import type { MarkdownIt, StateCore, Token } from 'markdown-it';

const NO_SLUG = /[^\p{L}\p{N}\p{M}_-]+/gu;
const SLUG_MAX_CHARACTERS = 100;
const TASK = /^\[([ xX])\]\s+/;

/** Gives each heading an id made of its text, and a link to itself. */
export function linkHeadings(markdown: MarkdownIt): void {
  markdown.core.ruler.push('link-headings', ({ tokens, Token }) => {
    const used = new Map<string, number>();
    for (const [i, heading] of tokens.entries()) {
      const inline = tokens[i + 1];
      if (heading.type !== 'heading_open' || !inline?.children) continue;
      const slug = slugOf(inline.children);
      const times = used.get(slug) ?? 0;
      used.set(slug, times + 1);
      const id = times === 0 ? slug : `${slug}-${times}`;
      heading.attrSet('id', id);
      const open = new Token('link_open', 'a', 1);
      open.attrs = [
        ['href', `#${id}`],
        ['class', 'anchor'],
        ['aria-label', 'Link to this heading'],
      ];
      const text = new Token('text', '', 0);
      text.content = '#';
      inline.children.push(open, text, new Token('link_close', 'a', -1));
    }
  });
}

const TO_DO = '<input type="checkbox" aria-label="to do" disabled> ';
const DONE = '<input type="checkbox" aria-label="done" disabled checked> ';

/** Makes a box that cannot be ticked of `[ ]` and `[x]` at the beginning of a list's item. */
export function adoptTasks(markdown: MarkdownIt): void {
  markdown.core.ruler.push('tasks', ({ tokens, Token }: StateCore) => {
    for (const [i, { type, children }] of tokens.entries()) {
      const item = tokens[i - 2];
      const [first] = children ?? [];
      if (type !== 'inline' || item?.type !== 'list_item_open' || first?.type !== 'text') continue;
      const mark = TASK.exec(first.content)?.[1];
      if (mark === undefined) continue;
      first.content = first.content.replace(TASK, '');
      const box = new Token('html_inline', '', 0);
      box.content = mark === ' ' ? TO_DO : DONE;
      children?.unshift(box);
      item.attrJoin('class', 'task');
    }
  });
}

/** Lets wide tables scroll, and says by a class how cells are aligned: a page has no inline styles. */
export function adoptTables(markdown: MarkdownIt): void {
  markdown.core.ruler.push('tables', ({ tokens }) => {
    for (const token of tokens) {
      const align = /^text-align:(\w+)$/.exec(String(token.attrGet('style')))?.[1];
      if (align !== undefined) token.attrs = [['class', `align-${align}`]];
    }
  });
  markdown.renderer.rules['table_open'] = () => '<div class="table" tabindex="0"><table>\n';
  markdown.renderer.rules['table_close'] = () => '</table></div>\n';
}

function slugOf(children: Token[]): string {
  const text = children.map(({ type, content }) => (type === 'text' || type === 'code_inline' ? content : '')).join('');
  const slug = text.trim().toLowerCase().slice(0, SLUG_MAX_CHARACTERS).replace(/\s+/g, '-').replace(NO_SLUG, '');
  return slug || 'section';
}
