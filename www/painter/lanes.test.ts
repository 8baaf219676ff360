/** Lanes side by side: which ones, where, on the same axes, and below one another on a phone. */
import { describe, expect, test } from 'vitest';
import type { LaneName, LayoutName, State } from '../workers/protocol';
import { columnsOf } from './columns';
import { panesOf, planeLayout } from './plane';
import { comparison, wishedHeight } from './subject';
import type { Rect } from './surface';

const state = (
  layout: LayoutName,
  compare: Exclude<LaneName, 'tested'>[],
  lane: LaneName = 'tested',
  against: LaneName = 'exact',
): Pick<State, 'compare' | 'view' | 'guidance'> => ({
  compare,
  view: { field: 'none', lane, layout, against },
  guidance: { gamma: 1 } as State['guidance'],
});

describe('the lanes', () => {
  test.each([
    ['pair', ['exact'], 'tested', 'exact', ['exact', 'tested']],
    ['trio', ['exact', 'unguided'], 'tested', 'exact', ['unguided', 'exact', 'tested']],
    ['trio', ['exact', 'conditional'], 'tested', 'conditional', ['exact', 'conditional', 'tested']],
    ['trio', ['exact', 'unguided', 'conditional'], 'tested', 'exact', ['unguided', 'exact', 'tested']],
    ['trio', ['exact', 'unguided'], 'unguided', 'exact', ['tested', 'exact', 'unguided']],
    ['trio', ['unguided'], 'tested', 'exact', ['unguided', 'tested']],
    ['trio', [], 'tested', 'exact', ['tested']],
    ['overlay', ['exact'], 'tested', 'exact', ['tested']],
  ] as const)('%s of %j with %s against %s', (layout, compare, lane, against, lanes) => {
    expect(comparison(state(layout, [...compare], lane, against)).beside).toEqual(lanes);
  });
});

const apart = (a: Rect, b: Rect) =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
const trio = state('trio', ['exact', 'unguided']);

test.each([
  [928, 560],
  [556, 400],
  [343, 960],
])('in 1D at %i x %i they share the axes and the size, and none lies on another', (width, height) => {
  const columns = columnsOf(trio, width, height);
  expect(columns.map(({ filled }) => filled)).toEqual(['unguided', 'exact', 'tested']);
  const rects = columns.flatMap(({ layout }) => Object.values(layout) as Rect[]);
  rects.forEach((a, k) => {
    for (const b of rects.slice(k + 1)) expect(apart(a, b)).toBe(true);
    expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height).toBe(true);
  });
  for (const { layout } of columns) {
    expect(layout.density.width).toBeCloseTo(columns[0]?.layout.density.width ?? 0, 6);
    expect(layout.density.height).toBe(columns[0]?.layout.density.height);
  }
  // Side by side where there is room; on a phone one below the other.
  const sharesRow = columns[0]?.layout.density.y === columns[2]?.layout.density.y;
  expect(sharesRow).toBe(width >= 480);
});

test.each([
  [1408, 535],
  [928, 375],
  [556, 327],
  [343, 1060],
])('in 2D at %i x %i', (width, height) => {
  const { panes, key } = planeLayout(width, height, panesOf(trio));
  expect(panes).toHaveLength(3);
  const rects = [...panes.flatMap(({ square, top, right }) => [square, top, right]), key].filter(
    (rect) => rect.width > 0 && rect.height > 0,
  );
  rects.forEach((a, k) => {
    for (const b of rects.slice(k + 1)) expect(apart(a, b), JSON.stringify([a, b])).toBe(true);
    expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= width + 1 && a.y + a.height <= height + 1).toBe(true);
  });
  for (const { square } of panes) expect(square.width).toBe(square.height);
  expect(panes[0]?.square.y === panes[2]?.square.y).toBe(width >= 480);
  expect(panes[0]?.square.x === panes[2]?.square.x).toBe(width < 480);
});

test.each([
  [343, 272],
  [288, 260],
  [343, 400],
  [1200, 450],
])('in 2D one square and its key, at %i x %i', (width, height) => {
  for (const layout of ['single', 'overlay', 'difference'] as const) {
    const { panes, key } = planeLayout(width, height, panesOf(state(layout, ['exact'])));
    const [{ square, right }] = panes as [(typeof panes)[0]];
    for (const { x, y, width: w, height: h } of [square, right, key]) {
      expect(x >= 0 && y >= 0 && x + w <= width && y + h <= height, layout).toBe(true);
    }
    expect(apart(key, square) && apart(key, right)).toBe(true);
    expect(square.width).toBeGreaterThan(100);
  }
});

test('a phone gives them height, a wide picture of three squares less of it', () => {
  expect(wishedHeight(trio, 1, 343)).toBe('960px');
  expect(wishedHeight(trio, 2, 343)).toBe('1060px');
  expect(wishedHeight(trio, 2, 928)).toMatch(/^min\(375px/);
  for (const each of ['auto', 'single', 'overlay', 'difference'] as const) {
    expect(wishedHeight(state(each, ['exact']), 2, 343)).toBe('initial');
  }
});
