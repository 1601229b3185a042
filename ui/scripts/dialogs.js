/** Opens the dialog with this id. */
export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
}

/** Asks; resolves with whether the answer is yes. */
export function confirmed(text, yes = 'Delete') {
  const dialog = document.getElementById('confirm');
  dialog.querySelector('[data-confirm-text]').textContent = text;
  dialog.querySelector('[data-confirm-yes]').textContent = yes;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}

/** `data-open="<id>"` opens a dialog, `data-close` closes the one around it, and so does a click beside it. */
export function startDialogs() {
  document.addEventListener('click', ({ target }) => {
    const opener = target.closest('[data-open]');
    if (opener) openDialog(opener.dataset.open);
    if (target.closest('[data-close]') || target.matches('dialog:modal')) target.closest('dialog').close();
  });
}
