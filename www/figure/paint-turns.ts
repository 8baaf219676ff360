/**
 * The figures of a page share each animation frame: whoever has something to paint waits in one line,
 * and a frame paints from its head until its budget is spent. The rest goes first in the next frame.
 */

/** Milliseconds of painting in one animation frame. */
const BUDGET = 8;

/** In the order of asking; a set keeps it. */
const waiting = new Set<() => void>();
let request = 0;

/** Paints in one of the next frames, once, however often it is asked for. */
export function paintSoon(paint: () => void): void {
  waiting.add(paint);
  if (request === 0) request = requestAnimationFrame(paintAll);
}

/** What has left the page is not painted. */
export function neverMind(paint: () => void): void {
  waiting.delete(paint);
}

function paintAll(): void {
  request = 0;
  const end = performance.now() + BUDGET;
  // Those that ask anew while painting wait for the next frame.
  for (const paint of [...waiting]) {
    waiting.delete(paint);
    paint();
    if (performance.now() >= end) break;
  }
  if (waiting.size > 0 && request === 0) request = requestAnimationFrame(paintAll);
}
