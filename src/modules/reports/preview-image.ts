import { shorten } from './markdown-excerpt.js';
import type { ReportHead } from './report.entity.js';

const TITLE_LINE_CHARACTERS = 30;
const TITLE_MAX_LINES = 4;
const LINE_HEIGHT = 78;
const SMALL_PRINT_CHARACTERS = 60;
/** What XML cannot hold even when it is escaped. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const NO_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** The picture that other sites show beside a link: 1200 × 630, as SVG. */
export function previewImage({ title, author, tags, day }: ReportHead & { day: string }): string {
  const lines = wrap(title, TITLE_LINE_CHARACTERS, TITLE_MAX_LINES);
  const heading = lines.map((line, i) => `<tspan x="80" y="${190 + i * LINE_HEIGHT}">${escapeXml(line)}</tspan>`);
  const smallPrint = [`${author} · ${day}`, tags.map((tag) => `#${tag}`).join('  ')];
  const [byline, hashtags] = smallPrint.map((line) => escapeXml(shorten(line, SMALL_PRINT_CHARACTERS)));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630" viewBox="0 0 1200 630" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif">
<rect width="1200" height="630" fill="#10151f"/>
<rect width="1200" height="14" fill="#5b8def"/>
<text x="80" y="96" font-size="28" fill="#8b98ad" letter-spacing="2">REPORT</text>
<text font-size="62" font-weight="700" fill="#f4f6fb">${heading.join('')}</text>
<text x="80" y="512" font-size="32" fill="#c5cede">${byline}</text>
<text x="80" y="566" font-size="26" fill="#7fa8f7">${hashtags}</text>
</svg>
`;
}

/** Breaks at spaces where it can; what is too long for all lines ends in an ellipsis. */
function wrap(text: string, width: number, maxLines: number): string[] {
  const lines: string[] = [];
  let rest = shorten(text.replace(/\s+/g, ' ').trim(), width * maxLines);
  while (rest !== '' && lines.length < maxLines) {
    const isLast = lines.length === maxLines - 1;
    const line = isLast ? shorten(rest, width) : firstLine(rest, width);
    lines.push(line);
    rest = rest.slice(line.length).trimStart();
  }
  return lines;
}

function firstLine(text: string, width: number): string {
  const characters = Array.from(text);
  if (characters.length <= width) return text;
  const line = characters.slice(0, width + 1).join('');
  const space = line.lastIndexOf(' ');
  return space > 0 ? line.slice(0, space) : characters.slice(0, width).join('');
}

function escapeXml(text: string): string {
  return text.replace(NO_XML, '').replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
