/** Parts of the axes: pure functions from window to window. */
import type { Window } from '../painter/subject';

/** The smallest window, as a share of the domain. */
const LEAST = 1 / 200;

/** Zoomed by `factor` (above 1: nearer) with the point `at` kept in place; never beyond the domain. */
export function zoomed(window: Window, domain: Window, factor: number, at: readonly number[]): Window | null {
  const spans = window.min.map((low, axis) => (window.max[axis] as number) - low);
  const wholes = domain.min.map((low, axis) => (domain.max[axis] as number) - low);
  // One factor for all axes, so that the plane keeps its proportions.
  const most = Math.min(...spans.map((span, axis) => span / (LEAST * (wholes[axis] as number))));
  const by = Math.min(factor, most);
  if (spans.every((span, axis) => span / by >= (wholes[axis] as number) * (1 - 1e-9))) return null;
  const min = window.min.map((low, axis) => {
    const point = at[axis] as number;
    return point - (point - low) / by;
  });
  return inside({ min, max: min.map((low, axis) => low + (spans[axis] as number) / by) }, domain);
}

/** Moved by `by` in units of the axes. */
export function panned(window: Window, domain: Window, by: readonly number[]): Window {
  return inside(
    {
      min: window.min.map((low, axis) => low + (by[axis] ?? 0)),
      max: window.max.map((high, axis) => high + (by[axis] ?? 0)),
    },
    domain,
  );
}

/** Pushed back into the domain, of the same size if that fits. */
export function inside(window: Window, domain: Window): Window {
  const min: number[] = [];
  const max: number[] = [];
  window.min.forEach((low, axis) => {
    const [first, last] = [domain.min[axis] as number, domain.max[axis] as number];
    const span = Math.min((window.max[axis] as number) - low, last - first);
    const from = Math.max(first, Math.min(low, last - span));
    min.push(from);
    max.push(from + span);
  });
  return { min, max };
}

export function centre({ min, max }: Window): number[] {
  return min.map((low, axis) => (low + (max[axis] as number)) / 2);
}
