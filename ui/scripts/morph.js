// Makes one tree look like another and keeps what is the same: focus, selection, scroll position, open menus.

/** Children that are the same thing before and after have the same key. */
function keyOf(node) {
  return node.dataset?.key ?? (node.id || undefined);
}

function sameKind(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);
}

/** What the reader is doing is not undone by what the server says: text being typed, a thing that was opened. */
function isKept(element, name) {
  if (name === 'open' || name === 'data-current') return true;
  return name === 'value' && element === document.activeElement;
}

function morphAttributes(from, to) {
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !isKept(from, name) && name !== 'class') from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value && !isKept(from, name)) from.setAttribute(name, value);
  }
}

function morphNode(from, to) {
  if (from.isEqualNode(to)) return;
  if (from.nodeType !== Node.ELEMENT_NODE) {
    from.nodeValue = to.nodeValue;
    return;
  }
  morphAttributes(from, to);
  morphChildren(from, to);
}

/** Gives `from` the children of `to`. */
export function morphChildren(from, to) {
  const byKey = new Map([...from.children].map((child) => [keyOf(child), child]).filter(([key]) => key !== undefined));
  const isFirst = from.childElementCount === 0;
  let place = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const key = keyOf(wanted);
    const known = key === undefined ? place : byKey.get(key);
    if (known && sameKind(known, wanted)) {
      if (known === place) place = place.nextSibling;
      else from.insertBefore(known, place);
      morphNode(known, wanted);
    } else {
      if (key !== undefined && !isFirst) wanted.classList.add('is-new');
      from.insertBefore(wanted, place);
    }
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}
