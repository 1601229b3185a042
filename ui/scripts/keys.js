import { openDialog } from './dialogs.js';
import { openPalette } from './palette.js';

// `g` and a letter, `j`/`k`, `/`, `?`, and what pages add with `onKey`.
const GO_MS = 1500;
const keys = new Map([
  ['?', () => openDialog('help')],
  ['/', () => document.querySelector('[data-filter]')?.focus()],
  ['j', () => step(1)],
  ['k', () => step(-1)],
]);
let goUntil = 0;

/** Has a key do something while no field has the focus. */
export function onKey(key, action) {
  keys.set(key, action);
}

/** The row that `j` and `k` came to. */
export function currentRow() {
  return document.querySelector('[data-current]') ?? undefined;
}

function step(by) {
  const rows = [...document.querySelectorAll('[data-row]')].filter((row) => row.checkVisibility());
  if (rows.length === 0) return;
  const current = currentRow();
  const at = current ? rows.indexOf(current) + by : by > 0 ? 0 : rows.length - 1;
  const next = rows[Math.min(Math.max(at, 0), rows.length - 1)];
  current?.removeAttribute('data-current');
  next.setAttribute('data-current', '');
  next.scrollIntoView({ block: 'nearest' });
  (next.querySelector('[data-row-link]') ?? next.querySelector('a, button'))?.focus({ preventScroll: true });
}

function isTyping({ target }) {
  return target.matches('input, textarea, select, [contenteditable]');
}

export function startKeys() {
  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      openPalette();
      return;
    }
    if (event.key === 'Escape' && isTyping(event) && !event.target.closest('dialog:modal')) event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || document.querySelector('dialog:modal'))
      return;
    if (Date.now() < goUntil) {
      goUntil = 0;
      document.querySelector(`[data-go="${CSS.escape(event.key)}"]`)?.click();
      return;
    }
    if (event.key === 'g') goUntil = Date.now() + GO_MS;
    const action = keys.get(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  });
}
