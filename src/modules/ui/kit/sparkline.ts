import { html, Html } from '../../../common/pages/html.js';

const WIDTH = 96;
const HEIGHT = 24;
/** Room for the stroke. */
const EDGE = 1.5;

/** A trend as a small line with the area below it; `label` says what it shows. Fewer than two values draw nothing. */
export function sparkline(values: readonly number[], label: string): Html {
  if (values.length < 2) return html``;
  const max = Math.max(...values);
  const min = Math.min(0, ...values);
  const x = (i: number): string => ((i / (values.length - 1)) * WIDTH).toFixed(1);
  const y = (value: number): string =>
    (HEIGHT - EDGE - ((value - min) / (max - min || 1)) * (HEIGHT - 2 * EDGE)).toFixed(1);
  const line = values.map((value, i) => `${x(i)},${y(value)}`).join(' ');
  return html`<svg
    class="sparkline"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    preserveAspectRatio="none"
    role="img"
    aria-label="${label}"
  >
    <polygon points="0,${HEIGHT} ${line} ${WIDTH},${HEIGHT}" />
    <polyline points="${line}" />
  </svg>`;
}
