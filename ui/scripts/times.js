const EVERY_MS = 15_000;
const NOW_SECONDS = 5;
/** How far this machine's clock is ahead of the server's. */
const ahead = Date.now() - Number(document.body.dataset.now ?? Date.now());

/** The same words as the server's `ago`. */
export function ago(time) {
  const seconds = Math.max(0, Math.round((Date.now() - ahead - time) / 1000));
  if (seconds < NOW_SECONDS) return 'now';
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

function refresh() {
  for (const time of document.querySelectorAll('time[data-ago][datetime]')) {
    const text = ago(Date.parse(time.dateTime));
    if (time.textContent !== text) time.textContent = text;
  }
}

export function startTimes() {
  setInterval(refresh, EVERY_MS);
  document.addEventListener('visibilitychange', refresh);
}
