/** Where the navigation is wider than the window, the page that is shown is seen in it. */
export function startNavigation() {
  const entry = document.querySelector('.topnav [aria-current]');
  if (!entry) return;
  const { parentElement: nav, offsetLeft, offsetWidth } = entry;
  nav.scrollLeft = offsetLeft - nav.offsetLeft - (nav.clientWidth - offsetWidth) / 2;
}
