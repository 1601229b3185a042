import { morphChildren } from './morph.js';
import { toast } from './toasts.js';

// Parts of the page that are out of date are fetched anew, all in one request, and changed in place.
const RETRY_MS = 2000;
const stale = new Set();
let isFetching = false;

function partsOn(topic, ids) {
  return [...document.querySelectorAll('[data-part]')].filter(({ dataset }) =>
    dataset.live.split(' ').some((live) => {
      const [name, id] = live.split(/:(.*)/s);
      return name === topic && (id === undefined || ids === null || ids.includes(id));
    }),
  );
}

/** A topic changed; `ids` are the things in it that did, or `null` when it may be anything. */
export function changed(topic, ids) {
  for (const { dataset } of partsOn(topic, ids)) stale.add(dataset.part);
  void refresh();
}

/** Fetches these parts anew whatever changed; all of them when none is named. */
export function refreshParts(...names) {
  const all = [...document.querySelectorAll('[data-part]')].map(({ dataset }) => dataset.part);
  for (const name of names.length > 0 ? names : all) stale.add(name);
  return refresh();
}

async function refresh() {
  // A page that nobody sees waits until somebody does.
  if (isFetching || stale.size === 0 || document.hidden) return;
  isFetching = true;
  const names = [...stale];
  stale.clear();
  try {
    const answer = await fetch(location.href, { headers: { 'X-Parts': names.join() } });
    if (answer.redirected) location.reload();
    if (answer.status === 404) {
      toast('What this page shows is no longer there.', { isProblem: true });
      return;
    }
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    show(await answer.text());
  } catch {
    for (const name of names) stale.add(name);
    setTimeout(refresh, RETRY_MS);
    return;
  } finally {
    isFetching = false;
  }
  await refresh();
}

function show(markup) {
  const fetched = new DOMParser().parseFromString(markup, 'text/html');
  for (const part of fetched.querySelectorAll('[data-part]')) {
    const shown = document.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
    if (!shown) continue;
    shown.dataset.live = part.dataset.live;
    morphChildren(shown, part);
    shown.dispatchEvent(new CustomEvent('part', { bubbles: true }));
  }
}

document.addEventListener('visibilitychange', () => void refresh());
