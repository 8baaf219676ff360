/** Pixels of the picture and places in it, both ways. */
import { columnsOf, type LineLayout } from '../painter/columns';
import { panesOf, planeLayout } from '../painter/plane';
import { across, type Subject, upward } from '../painter/subject';
import type { Rect } from '../painter/surface';

export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Place {
  panel: 'spacetime' | 'density' | 'guidance' | 'plane';
  rect: Rect;
  /** The point of the axis or of the plane. */
  x: number[];
  /** The reverse step that is meant: in space-time the row, else the one on show. */
  step: number;
  time: number;
}

export function squaresOf({ state }: Subject, { width, height }: Size): Rect[] {
  return planeLayout(width, height, panesOf(state)).panes.map(({ square }) => square);
}

/** The panels of the last column: that of the lane on show. */
export function panelsOf(subject: Subject, size: Size): LineLayout {
  return allPanelsOf(subject, size).at(-1) as LineLayout;
}

export function allPanelsOf({ state }: Subject, { width, height }: Size): LineLayout[] {
  return columnsOf(state, width, height).map(({ layout }) => layout);
}

function holds(rect: Rect, { x, y }: Point): boolean {
  return x >= rect.x && x <= rect.x + rect.width && y >= rect.y && y <= rect.y + rect.height;
}

/** The value of an axis at a pixel: the inverse of `across` and `upward`. */
export function valueAt(subject: Subject, rect: Rect, { x, y }: Point): number[] {
  const { min, max } = subject.window;
  const along = (axis: number, share: number) =>
    (min[axis] as number) + share * ((max[axis] as number) - (min[axis] as number));
  const first = along(0, (x - rect.x) / rect.width);
  return subject.domain.dimension === 1 ? [first] : [first, along(1, 1 - (y - rect.y) / rect.height)];
}

/** The room of a panel's title, with what lies between it and the panel before. */
const TITLE_ABOVE = 28;

export function placeAt(subject: Subject, size: Size, point: Point): Place | null {
  const { step, time } = subject;
  if (subject.domain.dimension === 2) {
    const rect = squaresOf(subject, size).find((square) => holds(square, point));
    return rect ? { panel: 'plane', rect, x: valueAt(subject, rect, point), step, time } : null;
  }
  for (const panels of allPanelsOf(subject, size)) {
    for (const panel of ['spacetime', 'density', 'guidance'] as const) {
      const rect = panels[panel];
      // The title above a panel belongs to it.
      if (!holds({ ...rect, y: rect.y - TITLE_ABOVE, height: rect.height + TITLE_ABOVE }, point)) continue;
      const x = valueAt(subject, rect, point);
      if (panel !== 'spacetime') return { panel, rect, x, step, time };
      const { times } = subject.domain;
      const row = Math.round(Math.max(0, (point.y - rect.y) / rect.height) * (times.length - 1));
      return { panel, rect, x, step: row, time: times[row] as number };
    }
  }
  return null;
}

/** The pixel of a point of the axis (at the middle height of the panel) or of the plane. */
export function pixelOf(subject: Subject, rect: Rect, x: readonly number[]): Point {
  return {
    x: across(rect, subject.window, x[0] as number),
    y: x.length > 1 ? upward(rect, subject.window, x[1] as number) : rect.y + rect.height / 2,
  };
}

const GAP = 16;

/**
 * Where a card stands: beside the pointer, else above or below it, always inside the picture where
 * it fits, and never over the pointer. Under a finger, above comes first.
 */
export function cardAt(pointer: Point, card: Size, room: Size, finger: boolean): Point {
  const within = (value: number, most: number) => Math.max(0, Math.min(value, most));
  const x = within(pointer.x - card.width / 2, room.width - card.width);
  const y = within(pointer.y - card.height / 2, room.height - card.height);
  const right = { x: pointer.x + GAP, y };
  const left = { x: pointer.x - GAP - card.width, y };
  const above = { x, y: pointer.y - GAP - card.height };
  const below = { x, y: pointer.y + GAP };
  const fits = (at: Point) =>
    at.x >= 0 && at.y >= 0 && at.x + card.width <= room.width && at.y + card.height <= room.height;
  const wishes = finger ? [above, right, left, below] : [right, left, above, below];
  // Where nothing fits (a very small picture) it may stand out at the side with more room.
  return wishes.find(fits) ?? { x, y: pointer.y > room.height / 2 ? above.y : below.y };
}
