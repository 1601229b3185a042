import { openDialog } from './dialogs.js';

// Goes to a page, task, agent or report by a part of its name.
const TYPING_MS = 80;
const dialog = document.getElementById('palette');
const input = dialog?.querySelector('[data-palette-input]');
const list = dialog?.querySelector('[role=listbox]');
let asked = 0;
let timer;

function pages(text) {
  return [...document.querySelectorAll('[data-go]')]
    .map((link) => ({ kind: 'Page', title: link.textContent, path: link.getAttribute('href') }))
    .filter(({ title }) => title.toLowerCase().includes(text.toLowerCase()));
}

function optionOf({ kind, title, path }, i) {
  const option = document.createElement('li');
  option.id = `palette-${i}`;
  option.setAttribute('role', 'option');
  option.dataset.path = path;
  const words = document.createElement('span');
  words.className = 'palette-title';
  words.textContent = title;
  const what = document.createElement('span');
  what.className = 'palette-kind';
  what.textContent = kind;
  option.append(words, what);
  return option;
}

function show(found) {
  list.replaceChildren(...found.map(optionOf));
  list.dataset.empty = found.length === 0 ? 'Nothing found' : '';
  choose(0);
}

function choose(i) {
  const options = [...list.children];
  const at = Math.min(Math.max(i, 0), options.length - 1);
  for (const [place, option] of options.entries()) option.setAttribute('aria-selected', String(place === at));
  const chosen = options[at];
  if (chosen) input.setAttribute('aria-activedescendant', chosen.id);
  else input.removeAttribute('aria-activedescendant');
  chosen?.scrollIntoView({ block: 'nearest' });
}

function chosen() {
  return [...list.children].findIndex((option) => option.getAttribute('aria-selected') === 'true');
}

function go(option) {
  if (option) location.assign(option.dataset.path);
}

async function find() {
  const text = input.value.trim();
  const known = pages(text);
  const mine = ++asked;
  if (text === '') {
    show(known);
    return;
  }
  const answer = await fetch(`/ui/search?${new URLSearchParams({ q: text })}`).catch(() => undefined);
  const { found } = answer?.ok ? await answer.json() : { found: [] };
  // An answer to what was typed before comes too late.
  if (mine === asked) show([...known, ...found]);
}

function onKey(event) {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key === 'Enter') go(list.children[chosen()]);
  else if (steps[event.key]) choose(chosen() + steps[event.key]);
  else return;
  event.preventDefault();
}

export function openPalette() {
  input.value = '';
  openDialog('palette');
  void find();
}

export function startPalette() {
  if (!dialog) return;
  if (navigator.platform.startsWith('Mac')) {
    for (const key of document.querySelectorAll('[data-palette-key]')) key.textContent = '⌘K';
  }
  input.addEventListener('keydown', onKey);
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void find(), TYPING_MS);
  });
  list.addEventListener('click', ({ target }) => go(target.closest('[role=option]')));
  for (const button of document.querySelectorAll('[data-open-palette]')) button.addEventListener('click', openPalette);
}
