import { describe, expect, it } from '@jest/globals';
import { shorten } from './markdown-excerpt.js';
import { sanitize } from './markdown-sanitizer.js';
import { renderMarkdown } from './markdown.js';

const html = (content: string): string | null => renderMarkdown({ title: '', content }).html;

describe('renderMarkdown', () => {
  it.each([
    ['**a** _b_ ~~c~~ `d`', '<p><strong>a</strong> <em>b</em> <s>c</s> <code>d</code></p>\n'],
    ['main.rs and README.md, a@b.example', '<p>main.rs and README.md, a@b.example</p>\n'],
    ['<b onclick=x>', '<p>&lt;b onclick=x&gt;</p>\n'],
    ['    <b>', '<pre tabindex="0"><code>&lt;b&gt;\n</code></pre>\n'],
    ['2. a\n3. b', '<ol start="2">\n<li>a</li>\n<li>b</li>\n</ol>\n'],
  ])('renders %j', (content, expected) => expect(html(content)).toBe(expected));

  it.each([
    ['https://a.example/?a=1&b=2', 'https://a.example/?a=1&amp;b=2'],
    ['[x](http://a.example)', 'http://a.example/'],
    ['[x](mailto:a@b.example)', 'mailto:a@b.example'],
    ['<HTTPS://a.example/>', 'https://a.example/'],
  ])('links %s', (content, href) => {
    expect(html(content)).toContain(`<a href="${href}" rel="noopener nofollow ugc">`);
  });

  it.each(['/ui/logout', '../x', '//evil.example', 'x', '?a', 'javascript:alert(1)', 'ftp://a.example', 'tel:1'])(
    'does not link to %s',
    (href) => expect(html(`[x](${href})`)).not.toContain('href'),
  );

  it.each(['https://a.example/x.png', 'data:image/png;base64,AAAA'])('shows the image %s', (src) => {
    const image = `<img src="${src}" alt="x" loading="lazy" referrerpolicy="no-referrer" />`;
    expect(html(`![x](${src})`)).toBe(`<p>${image}</p>\n`);
  });

  it.each([
    'http://a.example/x.png',
    '//a.example/x.png',
    '/x.png',
    'data:image/svg+xml;base64,AAAA',
    'data:text/html,x',
  ])('shows the text of the image %s', (src) => expect(html(`![x](${src})`)).not.toContain('<img'));

  it('gives headings ids that differ, cannot be mistaken for others, and can be linked to', () => {
    const anchor = (id: string): string => `<a class="anchor" aria-label="Link to this heading" href="#${id}">#</a>`;
    expect(html('# A *b* `c`!\n\n## A b c\n\n# <>\n\n[up](#a-b-c)')).toBe(
      `<h1 id="h-a-b-c">A <em>b</em> <code>c</code>!${anchor('h-a-b-c')}</h1>\n` +
        `<h2 id="h-a-b-c-1">A b c${anchor('h-a-b-c-1')}</h2>\n` +
        `<h1 id="h-section">&lt;&gt;${anchor('h-section')}</h1>\n<p><a href="#h-a-b-c">up</a></p>\n`,
    );
  });

  it('does not say the title twice', () => {
    const rendered = (content: string): string | null => renderMarkdown({ title: 'Leaks', content }).html;
    expect(rendered('# Leaks\n\nx')).toBe('<p>x</p>\n');
    expect(rendered('x\n\n# Leaks')).toContain('Leaks');
    expect(rendered('## Leaks')).toContain('Leaks');
    expect(rendered('# Leaks!')).toContain('Leaks!');
  });

  it('makes boxes of tasks', () => {
    expect(html('- [ ] a\n- [x] *b*\n- [y] c\n- [ ]d')).toBe(
      '<ul>\n<li class="task"><input type="checkbox" aria-label="to do" disabled /> a</li>\n' +
        '<li class="task"><input type="checkbox" aria-label="done" disabled checked /> <em>b</em></li>\n<li>[y] c</li>\n<li>[ ]d</li>\n</ul>\n',
    );
  });

  it('aligns the cells of tables by classes', () => {
    const table = html('|a|b|\n|:-:|--:|\n|1|2|');
    expect(table).toContain('<div class="table" tabindex="0"><table>');
    expect(table).toContain('<td class="align-center">1</td>\n<td class="align-right">2</td>');
    expect(table).not.toContain('style');
  });

  it.each([
    ['js', 'const', '<span class="hljs-keyword">const</span>'],
    ['JS something', 'const', '<span class="hljs-keyword">const</span>'],
    ['unknown', '<i>', '&lt;i&gt;'],
    ['__proto__', '<i>', '&lt;i&gt;'],
    ['"><i>', '<i>', '&lt;i&gt;'],
  ])('writes code in %s', (language, code, expected) => {
    expect(html(`\`\`\`${language}\n${code}\n\`\`\``)).toBe(`<pre tabindex="0"><code>${expected}\n</code></pre>\n`);
  });

  it('highlights no more code than anyone reads', () => {
    const code = 'const a = 1;\n'.repeat(20_000);
    expect(html(`\`\`\`js\n${code}\`\`\`\n\n\`\`\`js\nconst\n\`\`\``)?.match(/hljs-keyword/g)).toHaveLength(1);
  });

  it('leaves diagrams as text', () => {
    expect(html('```mermaid\nA --> <b>\n```')).toBe(
      '<pre class="mermaid" tabindex="0"><code>A --&gt; &lt;b&gt;\n</code></pre>\n',
    );
  });

  it('gives up what would become too long', () => {
    const content = `[a]: https://a.example/${'x'.repeat(5000)}\n\n${'[a] '.repeat(20_000)}`;
    expect(renderMarkdown({ title: '', content })).toEqual({ html: null, excerpt: expect.stringMatching(/^a a .*…$/) });
  });

  it.each([
    ['# A\n\nOne *two*\n`three` ![x](y)\n\n- four\n\n```\nfive\n```', 'One two three four'],
    ['```\nfive\n```', ''],
    ['x'.repeat(300), `${'x'.repeat(199)}…`],
  ])('begins %j with %j', (content, excerpt) => {
    expect(renderMarkdown({ title: '', content }).excerpt).toBe(excerpt);
  });
});

describe('sanitize', () => {
  // What the renderer never makes; should it ever, nothing of it may stay.
  it.each([
    ['<script>x</script>', ''],
    ['<p onclick="x" style="color:red" id="x" class="y">a</p>', '<p>a</p>'],
    ['<iframe src="https://a.example"></iframe><object></object><style>x</style>', ''],
    ['<svg><script>x</script></svg>', ''],
    ['<span class="hljs-x other">a</span>', '<span class="hljs-x">a</span>'],
    ['<input type="text" disabled>', '<input type disabled />'],
    ['<h1 id="location">a</h1>', '<h1 id="h-location">a</h1>'],
  ])('makes of %s %s', (input, expected) => expect(sanitize(input)).toBe(expected));
});

describe('shorten', () => {
  it('never cuts a character in two', () => {
    expect([shorten('a\u{1f600}\u{1f600}', 3), shorten('a\u{1f600}\u{1f600}b', 3)]).toEqual([
      'a\u{1f600}…',
      'a\u{1f600}…',
    ]);
    expect(shorten('abc', 3)).toBe('abc');
  });
});
