/** Where a small window stands: beside what it belongs to, inside the view. It is in the top layer, above all transforms. */

const MARGIN = 8;

/** `first`: the side that is tried first; `align`: which edges stand below one another. */
export function placePopover(
  box: HTMLElement,
  anchor: Element,
  { first, align = 'left', gap = MARGIN }: { first: 'above' | 'below'; align?: 'left' | 'right'; gap?: number },
): void {
  const at = anchor.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const wished = align === 'left' ? at.left : at.right - width;
  const left = Math.max(MARGIN, Math.min(wished, innerWidth - width - MARGIN));
  const above = at.top - height - gap;
  const below = at.bottom + gap;
  const lowest = innerHeight - height - MARGIN;
  const top =
    first === 'above'
      ? above >= MARGIN
        ? above
        : Math.max(MARGIN, Math.min(below, lowest))
      : below <= lowest
        ? below
        : Math.max(MARGIN, above);
  // Lengths that are set are scaled by CSS zoom, those that are measured are not.
  const zoom = (box as { currentCSSZoom?: number }).currentCSSZoom ?? 1;
  box.style.left = `${left / zoom}px`;
  box.style.top = `${top / zoom}px`;
  box.style.right = box.style.bottom = 'auto';
}
