import { ago } from './times.js';

const NAMES = { live: 'Live', reconnecting: 'Reconnecting', offline: 'Offline' };

/** Shows whether what the page says is up to date. */
export function showState(state) {
  for (const element of document.querySelectorAll('[data-live-state]')) {
    if (element.dataset.liveState === state) continue;
    element.dataset.liveState = state;
    element.querySelector('[data-live-label]').textContent = NAMES[state];
  }
}

/** Shows when the newest event was. */
export function eventSeen(timestamp) {
  for (const time of document.querySelectorAll('[data-live-last]')) {
    time.dateTime = timestamp;
    time.textContent = ago(Date.parse(timestamp));
  }
}
