import { html, Html } from '../../../common/pages/html.js';

/** Outlines on a 16 by 16 grid. Each status has a shape of its own, so that colour is never all that tells them apart. */
const SHAPES = {
  open: '<circle cx="8" cy="8" r="5.5"/>',
  in_progress: '<circle cx="8" cy="8" r="5.5"/><path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor"/>',
  in_review: '<path d="M8 2 14 8 8 14 2 8z"/><circle cx="8" cy="8" r="1.5" fill="currentColor"/>',
  blocked: '<path d="M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5z"/><path d="M5 8h6"/>',
  done: '<circle cx="8" cy="8" r="5.5" fill="currentColor"/><path class="cut" d="m5.5 8 2 2 3.2-3.8"/>',
  alive: '<circle cx="8" cy="8" r="4" fill="currentColor"/>',
  stale: '<path d="M8 2.5 14 13H2z"/><path d="M8 6.5v3M8 11.3v.2"/>',
  paused: '<path d="M5.5 4v8M10.5 4v8"/>',
  stopped: '<rect x="4" y="4" width="8" height="8" rx="1"/>',
  note: '<path d="M3 3h10v7.5H8L5 13v-2.5H3z"/>',
  artifact: '<path d="M7 9.5 9.5 7M6.5 6 8 4.5a2.5 2.5 0 0 1 3.5 3.5L10 9.5M9.5 10 8 11.5A2.5 2.5 0 0 1 4.5 8L6 6.5"/>',
  bump: '<path d="M8 13V3.5M4 7.5l4-4 4 4"/>',
  person: '<circle cx="8" cy="5.5" r="2.5"/><path d="M3 13.5a5 5 0 0 1 10 0"/>',
  plus: '<path d="M8 3v10M3 8h10"/>',
  search: '<circle cx="7" cy="7" r="4"/><path d="m10 10 3.5 3.5"/>',
  close: '<path d="m4 4 8 8M12 4l-8 8"/>',
  light:
    '<circle cx="8" cy="8" r="3"/><path d="M8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1"/>',
  dark: '<path d="M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z"/>',
  system: '<rect x="2" y="3" width="12" height="8" rx="1"/><path d="M6 13.5h4"/>',
  help: '<circle cx="8" cy="8" r="6"/><path d="M6.3 6.3a1.8 1.8 0 1 1 2.5 1.9c-.6.3-.8.6-.8 1.2M8 11.4v.1"/>',
  leave: '<path d="M9 3H3.5v10H9M7 8h6.5M11 5.5 13.5 8 11 10.5"/>',
  copy: '<rect x="5.5" y="5.5" width="8" height="8" rx="1"/><path d="M10.5 5.5v-3h-8v8h3"/>',
  download: '<path d="M8 2.5v7M5 7l3 3 3-3M3 13h10"/>',
  held: '<circle cx="8" cy="8" r="5.5"/><path d="M8 5v3.2l2 1.3"/>',
  stuck: '<path d="M8 2.5 14 13H2z"/><path d="M8 6.5v3M8 11.3v.2"/>',
  dead: '<circle cx="8" cy="8" r="5.5"/><path d="m6 6 4 4M10 6l-4 4"/>',
  key: '<circle cx="5.5" cy="10.5" r="2.5"/><path d="m7.3 8.7 5.2-5.2M10.5 5.5l2 2"/>',
  depends: '<path d="M4 3v5.5a2 2 0 0 0 2 2h6M9.5 8 12 10.5 9.5 13"/>',
} as const;
export type IconName = keyof typeof SHAPES;

/** A picture beside the words that say the same. */
export function icon(name: IconName): Html {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${new Html(SHAPES[name])}</svg>`;
}
