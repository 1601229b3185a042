import { refreshParts } from './parts.js';

// What a bar of the chart is made of, beside the pointer; and the tokens a second go down when no agent says anything.
const SPEED_EVERY_MS = 5000;
const EDGE = 12;
const tip = document.querySelector('[data-chart-tip]');

function lineOf(key, name, amount) {
  const line = document.createElement('span');
  const swatch = document.createElement('i');
  swatch.className = `swatch is-series-${key}`;
  const words = document.createElement('span');
  words.textContent = name;
  const value = document.createElement('b');
  value.textContent = amount;
  line.append(swatch, words, value);
  return line;
}

function show({ target, clientX, clientY }) {
  const bar = target.closest?.('[data-tip]');
  tip.hidden = !bar;
  if (!bar) return;
  const { name, total, parts } = JSON.parse(bar.dataset.tip);
  const head = lineOf('none', name, total);
  head.className = 'chart-tip-head';
  tip.replaceChildren(head, ...parts.map((part) => lineOf(...part)));
  const left = clientX + EDGE + tip.offsetWidth > innerWidth ? clientX - EDGE - tip.offsetWidth : clientX + EDGE;
  tip.style.left = `${Math.max(0, left)}px`;
  tip.style.top = `${Math.min(clientY + EDGE, innerHeight - tip.offsetHeight)}px`;
}

document.addEventListener('pointermove', show);
document.addEventListener('pointerleave', () => (tip.hidden = true));
addEventListener('scroll', () => (tip.hidden = true), { passive: true });
setInterval(() => {
  if (Number(document.querySelector('[data-speed]')?.dataset.speed) > 0) void refreshParts('speed');
}, SPEED_EVERY_MS);
