import type { Token } from 'markdown-it';

const EXCERPT_CHARACTERS = 200;
const SPACES = /\s+/g;

/** How the paragraphs of a text begin. */
export function excerptOf(tokens: Token[]): string {
  let text = '';
  for (const [i, { children }] of tokens.entries()) {
    if (!children || tokens[i - 1]?.type !== 'paragraph_open') continue;
    text += ` ${children.map(plainText).join('')}`;
    if (text.length > EXCERPT_CHARACTERS) break;
  }
  return shorten(text.replace(SPACES, ' ').trim(), EXCERPT_CHARACTERS);
}

/** Cuts between characters, also where one takes two places in the string. */
export function shorten(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const kept = Array.from(text.slice(0, maxCharacters * 2)).slice(0, maxCharacters - 1);
  return `${kept.join('').trimEnd()}…`;
}

function plainText({ type, content }: Token): string {
  if (type === 'text' || type === 'code_inline') return content;
  return type === 'softbreak' || type === 'hardbreak' ? ' ' : '';
}
