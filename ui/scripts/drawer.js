import { refreshParts } from './parts.js';

// A task opens beside the board. The address says which one, so that it can be passed on, and the browser goes back and forth.
const TASK_PATH = /^\/ui\/tasks\/([^/]+)$/;
const drawer = document.querySelector('[data-drawer]');
const pageTitle = document.title;
let shown = wanted();

function wanted() {
  return new URLSearchParams(location.search).get('task');
}

function addressWith(id) {
  const address = new URL(location.href);
  if (id === null) address.searchParams.delete('task');
  else address.searchParams.set('task', id);
  return address;
}

function cardLink(id) {
  return document.querySelector(`[data-task="${CSS.escape(id)}"] [data-row-link]`);
}

/** Shows what the address says. */
function follow() {
  const before = shown;
  shown = wanted();
  for (const link of document.querySelectorAll('.card-title[aria-current]')) link.removeAttribute('aria-current');
  for (const part of drawer.querySelectorAll('[data-part]')) {
    part.replaceChildren();
    part.dataset.live = '';
  }
  if (shown === null) {
    drawer.close();
    document.title = pageTitle;
    if (before) cardLink(before)?.focus();
    return;
  }
  cardLink(shown)?.setAttribute('aria-current', 'true');
  drawer.scrollTop = 0;
  if (!drawer.open) drawer.show();
  drawer.querySelector('[data-drawer-close]').focus();
  void refreshParts('task', 'graph', 'history');
}

/** Opens a task beside the board. */
export function openTask(id) {
  const isOpen = wanted() !== null;
  history[isOpen ? 'replaceState' : 'pushState'](isOpen ? history.state : { opened: true }, '', addressWith(id));
  follow();
}

function close() {
  if (history.state?.opened) {
    history.back();
    return;
  }
  history.replaceState(null, '', addressWith(null));
  follow();
}

function onClick(event) {
  const { target, button, ctrlKey, metaKey, shiftKey } = event;
  const link = target.closest('a[href]');
  if (!link || button !== 0 || ctrlKey || metaKey || shiftKey || 'whole' in link.dataset) return;
  // A link in a drawing has no `pathname`.
  const [, id] = TASK_PATH.exec(new URL(link.getAttribute('href'), location.href).pathname) ?? [];
  const isClose = 'drawerClose' in link.dataset;
  if (id === undefined && !isClose) return;
  event.preventDefault();
  if (isClose) close();
  else openTask(decodeURIComponent(id));
}

document.addEventListener('click', onClick);
document.addEventListener('keydown', ({ key, target, defaultPrevented }) => {
  if (key !== 'Escape' || !drawer.open || defaultPrevented) return;
  if (document.querySelector('dialog:modal, :popover-open') || target.matches('input, textarea, select')) return;
  close();
});
document.addEventListener('part', ({ target }) => {
  const title = target.querySelector('.task-title');
  if (title) document.title = title.textContent;
});
addEventListener('popstate', follow);
