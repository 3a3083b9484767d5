/**
 * Leading the eye and the keyboard to a place of the page, also if it is folded away.
 *
 * @module
 */

/** Moves to the first of these ids that the page has; what is folded around it is opened, and may then have an earlier one. */
export function reveal(ids: readonly string[]): void {
  const element = ids.map((id) => document.getElementById(id)).find((found) => found !== null);
  if (element === undefined || element === null) return;
  const folded = listFolded(element);
  for (const details of folded) details.open = true;
  if (element.id !== ids[0] && folded.length > 0) {
    revealSoon(ids);
    return;
  }
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: 'nearest' });
}

/** Moves to what the page will have once it is drawn again. */
export function revealSoon(ids: readonly string[]): void {
  requestAnimationFrame(() => requestAnimationFrame(() => reveal(ids)));
}

function listFolded(element: Element): readonly HTMLDetailsElement[] {
  const details = element.closest('details');
  if (details === null) return [];
  const around = details.parentElement === null ? [] : listFolded(details.parentElement);
  return details.open ? around : [...around, details];
}
