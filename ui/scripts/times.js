const EVERY_MS = 15_000;
const NOW_SECONDS = 5;
/** How far this machine's clock is ahead of the server's. */
const ahead = Date.now() - Number(document.body.dataset.now ?? Date.now());

/** The same words as the server's `ago`. */
export function ago(time) {
  const seconds = Math.round((Date.now() - ahead - time) / 1000);
  return seconds < NOW_SECONDS ? 'now' : inOneUnit(seconds);
}

/** The same words as the server's `left`. */
function left(time) {
  const seconds = Math.round((time + ahead - Date.now()) / 1000);
  return seconds <= 0 ? 'overdue' : `${inOneUnit(seconds)} left`;
}

function inOneUnit(seconds) {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

function show(selector, words) {
  for (const time of document.querySelectorAll(`time[${selector}][datetime]`)) {
    const text = words(Date.parse(time.dateTime));
    if (time.textContent !== text) time.textContent = text;
  }
}

function refresh() {
  show('data-ago', ago);
  show('data-left', left);
}

export function startTimes() {
  setInterval(refresh, EVERY_MS);
  document.addEventListener('visibilitychange', refresh);
}
