import sanitizeHtml from 'sanitize-html';

/** No id of a report can be taken for a name of the page or of the DOM. */
const ID_PREFIX = 'h-';
const LINK_PROTOCOLS = new Set(['http:', 'https:', 'mailto:']);
/** Kinds of images in which nothing can run. */
const INLINE_IMAGE = /^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+$/;
const HEADINGS = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];

const OPTIONS: sanitizeHtml.IOptions = {
  allowedTags: [
    ...HEADINGS,
    ...[
      'p',
      'br',
      'hr',
      'blockquote',
      'ul',
      'ol',
      'li',
      'input',
      'pre',
      'code',
      'span',
      'em',
      'strong',
      's',
      'a',
      'img',
    ],
    ...['div', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  allowedAttributes: {
    ...Object.fromEntries(HEADINGS.map((heading) => [heading, ['id']])),
    a: ['href', 'title', 'rel', 'aria-label'],
    img: ['src', 'alt', 'title', 'loading', 'referrerpolicy'],
    ol: ['start'],
    input: [{ name: 'type', values: ['checkbox'] }, 'aria-label', 'disabled', 'checked'],
    pre: ['tabindex'],
    div: ['tabindex'],
  },
  allowedClasses: {
    a: ['anchor'],
    div: ['table'],
    li: ['task'],
    pre: ['mermaid'],
    // What highlight.js says of code: `hljs-title`, and beside it words like `function_`.
    span: [/^hljs-[\w-]+$/, /^[a-z]+_{1,2}$/],
    th: [/^align-(left|center|right)$/],
    td: [/^align-(left|center|right)$/],
  },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesByTag: { img: ['https', 'data'] },
  allowProtocolRelative: false,
  transformTags: {
    ...Object.fromEntries(HEADINGS.map((heading) => [heading, prefixId])),
    a: link,
    img: image,
  },
};

/** Takes away everything that is not on the list, whatever the renderer before it made of a text. */
export function sanitize(html: string): string {
  return sanitizeHtml(html, OPTIONS);
}

function prefixId(tagName: string, { id, ...attribs }: sanitizeHtml.Attributes): sanitizeHtml.Tag {
  return { tagName, attribs: { ...attribs, ...(id && { id: ID_PREFIX + id }) } };
}

function link(tagName: string, { href = '', ...attribs }: sanitizeHtml.Attributes): sanitizeHtml.Tag {
  if (href.startsWith('#')) return { tagName, attribs: { ...attribs, href: `#${ID_PREFIX}${href.slice(1)}` } };
  const url = URL.parse(href);
  if (!url || !LINK_PROTOCOLS.has(url.protocol)) return { tagName, attribs };
  return { tagName, attribs: { ...attribs, href: url.href, rel: 'noopener nofollow ugc' } };
}

/** Others see who reads the report only by its address: no referrer is sent, and nothing is loaded before it is seen. */
function image(tagName: string, { src = '', alt = '', title }: sanitizeHtml.Attributes): sanitizeHtml.Tag {
  const url = URL.parse(src);
  const isSafe = url?.protocol === 'https:' || INLINE_IMAGE.test(src);
  if (!url || !isSafe) return { tagName: 'span', text: alt, attribs: {} };
  return {
    tagName,
    attribs: { src: url.href, alt, ...(title && { title }), loading: 'lazy', referrerpolicy: 'no-referrer' },
  };
}
