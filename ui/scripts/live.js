import { changed, refreshParts } from './parts.js';
import { showState } from './live-state.js';

// The page's one stream: feed events by id, and between them what else changed.
const SILENCE_MS = 25_000;
const WATCH_MS = 2000;
const BACKOFF_MAX_MS = 15_000;
const SUSPICIOUS_FAILURES = 3;
// A browser has six connections for all tabs: one that nobody looks at gives its own back.
const HIDDEN_MS = 30_000;

const revisions = JSON.parse(document.body.dataset.revisions ?? '{}');
const listeners = new Set();
let cursor = document.body.dataset.cursor;
let source;
let heardAt = 0;
let retryAt = 0;
let failures = 0;
let hiding;

/** Calls `listener` with each feed event, `{id, agent, type, timestamp, row}`, and with nothing when the feed was emptied. */
export function onEvent(listener) {
  listeners.add(listener);
}

function heard() {
  heardAt = Date.now();
  failures = 0;
  showState('live');
}

function connect() {
  source?.close();
  heardAt = Date.now();
  source = new EventSource(`/ui/live?since=${cursor}`);
  source.addEventListener('hello', ({ data }) => {
    heard();
    for (const [topic, revision] of Object.entries(JSON.parse(data))) {
      if (revisions[topic] !== revision) changed(topic, null);
      revisions[topic] = revision;
    }
  });
  source.addEventListener('changed', ({ data }) => {
    heard();
    for (const [topic, { revision, ids }] of Object.entries(JSON.parse(data))) {
      revisions[topic] = revision;
      changed(topic, ids);
    }
  });
  source.addEventListener('pulse', heard);
  source.addEventListener('reset', () => {
    heard();
    for (const listener of listeners) listener();
  });
  source.addEventListener('message', ({ data, lastEventId }) => {
    heard();
    if (lastEventId <= cursor) return;
    cursor = lastEventId;
    for (const listener of listeners) listener({ id: lastEventId, ...JSON.parse(data) });
  });
  source.addEventListener('error', fail);
}

function fail() {
  source?.close();
  failures += 1;
  // Signed out meanwhile? Then the page itself leads to where one signs in.
  if (failures === SUSPICIOUS_FAILURES) void refreshParts();
  retryAt = Date.now() + Math.min(500 * 2 ** failures, BACKOFF_MAX_MS);
  showState(navigator.onLine ? 'reconnecting' : 'offline');
}

/** A laptop that slept, or a cable that was pulled, ends no connection; only silence tells. */
function watch() {
  const isOpen = source && source.readyState !== EventSource.CLOSED;
  if (isOpen && Date.now() - heardAt > SILENCE_MS) fail();
  else if (!isOpen && !document.hidden && navigator.onLine && Date.now() >= retryAt) connect();
}

export function startLive() {
  if (document.body.dataset.cursor === undefined) return;
  connect();
  setInterval(watch, WATCH_MS);
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(() => source?.close(), HIDDEN_MS);
    else watch();
  });
  addEventListener('offline', fail);
  addEventListener('online', connect);
  addEventListener('pagehide', () => source?.close());
}
