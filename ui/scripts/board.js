import { actor, callApi } from './api.js';
import { openDialog } from './dialogs.js';
import { openTask } from './drawer.js';
import { currentRow, onKey } from './keys.js';
import { refreshParts } from './parts.js';
import { toast } from './toasts.js';

// Cards are moved by their menu, by `m`, or by being dragged to another column.
const menu = document.getElementById('task-menu');
const board = document.querySelector('.cockpit-board');
let card;

function pathOf(id) {
  return `/board/tasks/${encodeURIComponent(id)}`;
}

async function act(done, undo, ...call) {
  try {
    await callApi(...call);
    toast(done, { undo });
  } catch ({ message }) {
    toast(message, { isProblem: true });
  }
  await refreshParts('board', 'numbers');
}

function nameOf(status) {
  return board.querySelector(`[data-status="${status}"] h2`).textContent.trim();
}

function move({ task: id, status: from }, status) {
  if (status === from) return;
  const column = board.querySelector(`.column[data-status="${status}"] .cards`);
  const moved = board.querySelector(`[data-task="${CSS.escape(id)}"]`);
  // Seen at once; what the server says comes right after.
  if (moved) column.prepend(moved);
  const undo = () => void act(`Back in ${nameOf(from)}`, undefined, 'PATCH', pathOf(id), { status: from });
  void act(`Moved to ${nameOf(status)}`, undo, 'PATCH', pathOf(id), { status });
}

function openMenu(of) {
  card = of;
  const button = of.querySelector('[data-task-menu]');
  for (const item of menu.querySelectorAll('[data-move]')) item.hidden = item.dataset.move === of.dataset.status;
  menu.showPopover();
  const { right, bottom, top } = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  menu.style.left = `${Math.max(8, right - width)}px`;
  menu.style.top = `${bottom + height > innerHeight ? Math.max(8, top - height) : bottom}px`;
  menu.querySelector('button:not([hidden])').focus();
}

function choose({ dataset }) {
  const { task } = card.dataset;
  menu.hidePopover();
  card.querySelector('[data-task-menu]').focus();
  if (dataset.move) move({ ...card.dataset }, dataset.move);
  if (dataset.do === 'bump') void act('Bumped', undefined, 'POST', `${pathOf(task)}/bump`);
  if (dataset.do === 'take') {
    void act(`Assigned to ${actor()}`, undefined, 'PATCH', pathOf(task), { assignee: actor() });
  }
  if (dataset.do === 'open') openTask(task);
}

function onMenuKey(event) {
  const items = [...menu.querySelectorAll('button:not([hidden])')];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
}

function startMenu() {
  document.addEventListener('click', ({ target }) => {
    const opener = target.closest('[data-task-menu]');
    if (opener) openMenu(opener.closest('[data-task]'));
  });
  menu.addEventListener('click', ({ target }) => {
    const item = target.closest('button');
    if (item) choose(item);
  });
  menu.addEventListener('keydown', onMenuKey);
}

function startDragging() {
  let dragged;
  const columnOf = ({ target }) => target.closest('.column');
  const unmark = () => board.querySelector('.column.is-target')?.classList.remove('is-target');
  board.addEventListener('dragstart', (event) => {
    dragged = event.target.closest('[data-task]')?.dataset;
    if (dragged) event.dataTransfer.setData('text/plain', dragged.task);
  });
  board.addEventListener('dragover', (event) => {
    if (!dragged || !columnOf(event)) return;
    event.preventDefault();
    if (columnOf(event).classList.contains('is-target')) return;
    unmark();
    columnOf(event).classList.add('is-target');
  });
  board.addEventListener('drop', (event) => {
    event.preventDefault();
    if (dragged && columnOf(event)) move({ ...dragged }, columnOf(event).dataset.status);
  });
  board.addEventListener('dragend', () => {
    dragged = undefined;
    unmark();
  });
}

startMenu();
startDragging();
onKey('n', () => openDialog('create'));
onKey('m', () => {
  const row = currentRow();
  if (row?.dataset.task) openMenu(row);
});
