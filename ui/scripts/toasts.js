const SHOWN_MS = 6000;

/** Says what happened; `undo`, when given, is called when the reader wants it back. */
export function toast(text, { isProblem = false, undo } = {}) {
  const element = document.createElement('div');
  element.className = isProblem ? 'toast is-problem' : 'toast';
  const words = document.createElement('span');
  words.textContent = text;
  element.append(words);
  if (undo) {
    const button = document.createElement('button');
    button.className = 'button is-quiet';
    button.type = 'button';
    button.textContent = 'Undo';
    button.addEventListener('click', () => {
      element.remove();
      undo();
    });
    element.append(button);
  }
  document.querySelector('[data-toasts]').append(element);
  setTimeout(() => element.remove(), SHOWN_MS);
}
