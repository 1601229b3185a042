import { callApi } from './api.js';
import { confirmed } from './dialogs.js';
import { refreshParts } from './parts.js';
import { toast } from './toasts.js';

// `<form data-api="POST /board/tasks" data-done="Task created" data-confirm="Sure?" data-yes="Do it" data-goto="/ui/tasks/{id}">` calls
// the API with its fields as JSON. `data-as="list"` on a field makes a list of what commas separate, `data-as="null"`
// makes null of nothing, `data-as="text"` sends empty text too, `data-as="some"` is a list unless it is empty, `data-as="json"`
// is the value that the text stands for, `data-as="number"` a number, `data-as="hours"` the time in so many hours. With
// `data-list="artifacts"` on the form its fields are the one item of that list.

const HOUR_MS = 3_600_000;
const READERS = {
  some: listOf,
  json: (text) => JSON.parse(text),
  number: Number,
  hours: (text) => new Date(Date.now() + Number(text) * HOUR_MS).toISOString(),
};

function listOf(text) {
  return text.split(',').map((item) => item.trim());
}

function valueOf(field) {
  const text = field.type === 'checkbox' ? field.checked : field.value;
  if (field.dataset.as === 'list') return listOf(text);
  if (text !== '' && field.dataset.as in READERS) return READERS[field.dataset.as](text);
  if (field.dataset.as === 'null' && text.trim() === '') return null;
  return text === '' && field.dataset.as !== 'text' ? undefined : text;
}

function bodyOf(form) {
  const fields = [...form.elements].filter(({ name }) => name);
  const body = Object.fromEntries(fields.map((field) => [field.name, valueOf(field)]));
  if (form.dataset.list) return { [form.dataset.list]: [body] };
  return fields.length > 0 ? body : undefined;
}

function clearProblems(form) {
  for (const problem of form.querySelectorAll('.problem')) problem.remove();
  for (const field of form.querySelectorAll('[aria-invalid]')) {
    field.removeAttribute('aria-invalid');
    field.removeAttribute('aria-describedby');
  }
}

function showProblem(form, { message, details }) {
  let isShown = false;
  for (const { field: name, message: text } of details ?? []) {
    const field = form.elements[name.split('.').at(-1)];
    if (!field?.closest) continue;
    const problem = document.createElement('p');
    problem.className = 'problem';
    problem.id = `problem-${field.name}`;
    problem.setAttribute('role', 'alert');
    problem.textContent = text;
    field.setAttribute('aria-invalid', 'true');
    field.setAttribute('aria-describedby', problem.id);
    (field.closest('.field') ?? field).after(problem);
    if (!isShown) field.focus();
    isShown = true;
  }
  if (!isShown) toast(message, { isProblem: true });
}

async function submit(form) {
  const { api, done, confirm, yes, goto } = form.dataset;
  if (confirm && !(await confirmed(confirm, yes))) return;
  const [method, path] = api.split(' ');
  clearProblems(form);
  form.inert = true;
  try {
    const answer = await callApi(method, path, bodyOf(form));
    if (goto) location.assign(goto.replace('{id}', encodeURIComponent(answer.id)));
    form.closest('dialog:modal')?.close();
    form.reset();
    if (done) toast(done);
    form.dispatchEvent(new CustomEvent('done', { bubbles: true, detail: answer }));
    await refreshParts();
  } catch (error) {
    form.inert = false;
    showProblem(form, error);
  } finally {
    form.inert = false;
  }
}

export function startActions() {
  document.addEventListener('change', ({ target }) => {
    if (target.matches('[data-submit]')) target.form.requestSubmit();
  });
  document.addEventListener('submit', (event) => {
    if (!event.target.dataset.api) return;
    event.preventDefault();
    void submit(event.target);
  });
}
