const CHOICE_SECONDS = 400 * 24 * 60 * 60;
const NEXT = { system: 'light', light: 'dark', dark: 'system' };
const root = document.documentElement;

function show(button) {
  button.setAttribute('aria-label', `Theme: ${root.dataset.theme ?? 'system'}`);
  button.title = button.getAttribute('aria-label');
}

export function startThemeSwitch() {
  for (const button of document.querySelectorAll('[data-theme-switch]')) {
    show(button);
    button.addEventListener('click', () => {
      const theme = NEXT[root.dataset.theme ?? 'system'];
      if (theme === 'system') delete root.dataset.theme;
      else root.dataset.theme = theme;
      // The server sends pages in the chosen theme, so that it never flashes.
      const seconds = theme === 'system' ? 0 : CHOICE_SECONDS;
      document.cookie = `theme=${theme}; Path=/ui; SameSite=Lax; Max-Age=${seconds}`;
      show(button);
    });
  }
}
