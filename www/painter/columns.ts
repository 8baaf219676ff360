/** Where the panels of the 1D picture stand, and what stands in each column. */

import type { LaneName, State } from '../workers/protocol';
import { comparison, STACKED_BELOW } from './subject';
import type { Rect } from './surface';

const TITLE = 20;
const AXIS = 22;

export interface LineLayout {
  spacetime: Rect;
  density: Rect;
  guidance: Rect;
}

const BETWEEN = 16;
/** A column narrower than this says only what the one before it has not said. */
export const NARROW = 240;

/** What stands in each column, from left to right. */
export interface Column {
  layout: LineLayout;
  /** The lane whose samples are filled, and those drawn as lines. */
  filled: LaneName;
  lined: LaneName[];
  /** The filled lane minus this one is shown. */
  minus: LaneName | null;
  /** The lanes whose paths are drawn behind those of the filled one. */
  paths: LaneName[];
  /** The one lane that the column is about, or null. */
  only: LaneName | null;
}

/** The panels of `count` lanes, side by side or one below the other. */
export function lineLayouts(width: number, height: number, count: number): LineLayout[] {
  const stacked = width < STACKED_BELOW;
  const left = 44;
  const whole = Math.max(40, width - left - 10);
  const [columns, rows] = stacked ? [1, count] : [count, 1];
  const each = (whole - (columns - 1) * BETWEEN) / columns;
  const block = height / rows;
  const room = Math.max(120, block - 3 * TITLE - AXIS - 16);
  const first = Math.round(room * 0.44);
  const second = Math.round(room * 0.32);
  const third = room - first - second;
  return [...Array(count).keys()].map((index) => {
    const plot = { x: left + (stacked ? 0 : index * (each + BETWEEN)), width: each };
    let y = TITLE + (stacked ? Math.round(index * block) : 0);
    const spacetime = { ...plot, y, height: first };
    y += first + TITLE + 8;
    const density = { ...plot, y, height: second };
    y += second + TITLE + 8;
    return { spacetime, density, guidance: { ...plot, y, height: third } };
  });
}

export function columnsOf(state: Pick<State, 'compare' | 'view'>, width: number, height: number): Column[] {
  const { shown, other, layout, beside } = comparison(state);
  const one = (filled: LaneName, lined: LaneName[], minus: LaneName | null = null): Column => ({
    layout: lineLayouts(width, height, 1)[0] as LineLayout,
    filled,
    lined,
    minus,
    paths: minus ? [minus] : lined,
    only: lined.length === 0 && !minus ? filled : null,
  });
  if (layout === 'auto') {
    const paths = state.compare.filter((name) => name === 'exact');
    return [{ ...one('tested', state.compare), paths, only: null }];
  }
  if (layout === 'single' || !other) return [one(shown, [])];
  if (layout === 'difference') return [one(shown, [], other)];
  if (layout === 'overlay') return [one(shown, [other])];
  const layouts = lineLayouts(width, height, beside.length);
  return beside.map((lane, index) => ({ ...one(lane, []), layout: layouts[index] as LineLayout }));
}
