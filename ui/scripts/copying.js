import { toast } from './toasts.js';

// `data-copy` on a button is what it copies; `data-copies="url"` on a form copies that field of the API's answer.

async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    toast(done);
  } catch {
    // Without TLS, or permission, there is no clipboard: the text stands there to be selected.
    toast('The browser does not let pages copy here. Select the text and copy it.', { isProblem: true });
    [...document.querySelectorAll('.copied-text input')].find(({ value }) => value === text)?.select();
  }
}

document.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-copy]');
  if (button) void copy(button.dataset.copy, 'Copied');
});
document.addEventListener('done', ({ target, detail }) => {
  if (target.dataset.copies) void copy(detail[target.dataset.copies], 'Link made and copied');
});
