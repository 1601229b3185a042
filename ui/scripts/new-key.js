import { openDialog } from './dialogs.js';

// A key that was made is shown until its dialog closes, and is nowhere after that.
const dialog = document.getElementById('new-key');
const text = dialog.querySelector('[data-new-key-text]');
const button = dialog.querySelector('[data-copy]');

function show({ name, key }) {
  dialog.querySelector('[data-new-key-name]').textContent = name;
  text.value = button.dataset.copy = key;
}

document.addEventListener('done', ({ target, detail }) => {
  if (!('newKey' in target.dataset)) return;
  show(detail);
  openDialog('new-key');
  text.select();
});
dialog.addEventListener('close', () => show({ name: '', key: '' }));
