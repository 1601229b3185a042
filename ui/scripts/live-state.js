import { ago } from './times.js';

const NAMES = { live: 'Live', reconnecting: 'Reconnecting', offline: 'Offline' };
let eventAt;

function describe(element, state) {
  const last = eventAt === undefined ? 'no event yet' : `last event ${ago(eventAt)}`;
  element.title = `${NAMES[state]} · ${last}`;
}

/** Shows whether what the page says is up to date. */
export function showState(state) {
  for (const element of document.querySelectorAll('[data-live-state]')) {
    describe(element, state);
    if (element.dataset.liveState === state) continue;
    element.dataset.liveState = state;
    element.querySelector('[data-live-label]').textContent = NAMES[state];
  }
}

/** Remembers when the newest event was. */
export function eventSeen(timestamp) {
  eventAt = Date.parse(timestamp);
  for (const time of document.querySelectorAll('[data-live-last]')) {
    time.dateTime = timestamp;
    time.textContent = ago(eventAt);
  }
}
