import { onEvent } from './live.js';
import { eventSeen } from './live-state.js';

// Lists of events grow at the top: `<ol data-feed data-agent data-type data-max>`.
let waiting = [];
let isScheduled = false;

function isWanted({ dataset }, event) {
  return (!dataset.agent || dataset.agent === event.agent) && (!dataset.type || dataset.type === event.type);
}

function rowOf(event) {
  const template = document.createElement('template');
  template.innerHTML = event.row;
  const row = template.content.firstElementChild;
  row.classList.add('is-new');
  return row;
}

function add(list, events) {
  const max = Number(list.dataset.max);
  const rows = events
    .filter((event) => isWanted(list, event))
    .slice(-max)
    .map(rowOf)
    .reverse();
  // A reader who scrolled down keeps the place.
  const before = list.scrollHeight;
  const isAtTop = list.scrollTop < 8;
  list.prepend(...rows);
  if (!isAtTop) list.scrollTop += list.scrollHeight - before;
  while (list.childElementCount > max) list.lastElementChild.remove();
  if (rows.length > 0) list.closest('[data-part]')?.querySelector('[data-when-empty]')?.remove();
}

function flush() {
  const events = waiting;
  waiting = [];
  isScheduled = false;
  for (const list of document.querySelectorAll('[data-feed]')) add(list, events);
}

export function startFeed() {
  onEvent((event) => {
    if (event === undefined) {
      waiting = [];
      for (const list of document.querySelectorAll('[data-feed]')) list.replaceChildren();
      return;
    }
    eventSeen(event.timestamp);
    waiting.push(event);
    if (waiting.length > 1000) waiting.splice(0, 500);
    if (isScheduled) return;
    isScheduled = true;
    setTimeout(flush, 100);
  });
}
