import { expect, test } from 'vitest';
import { History, pathsOf } from '../lab/undo';
import { pieces } from '../workers/pieces';
import type { Component } from '../workers/protocol';
import { axesOf, covarianceOf, nextClass, withAdded, withMean, withRemoved, withWeight } from './mixture';
import { cardAt } from './places';
import { panned, zoomed } from './zoom';

// --- Undo

test('what is done in one go is undone in one go', () => {
  const history = new History<number>();
  history.record(0, 'gamma', 0);
  history.record(1, 'gamma', 500);
  history.record(2, 'gamma', 1400);
  history.record(3, 'seed', 1500);
  history.record(4, 'seed', 3000);
  expect(history.undo(5)).toBe(4);
  expect(history.undo(4)).toBe(3);
  expect(history.undo(3)).toBe(0);
  expect(history.undo(0)).toBeNull();
  expect(history.redo(0)).toBe(3);
  expect(history.redo(3)).toBe(4);
  expect(history.redo(4)).toBe(5);
  expect(history.canRedo).toBe(false);
});

test('a slow drag is one step; a new change forgets what was undone', () => {
  const history = new History<number>();
  history.record(0, 'drag', 0, true);
  history.record(1, 'drag', 5000, true);
  expect(history.undo(2)).toBe(0);
  history.record(0, 'drag', 5100, true);
  expect(history.canRedo).toBe(false);
  expect(history.undo(9)).toBe(0);
  history.record(7, null, 0);
  history.record(8, null, 1);
  expect(history.undo(9)).toBe(8);
});

test('the paths of a patch', () => {
  expect(pathsOf({ seed: 1, guidance: { gamma: 2, target: 1 } })).toBe('guidance.gamma guidance.target seed');
  expect(pathsOf({ mixture: [{ mean: [1] }] })).toBe('mixture');
});

// --- Mixture

const pair: Component[] = [
  {
    weight: 0.25,
    mean: [1, 0],
    covariance: [
      [1, 0],
      [0, 0.25],
    ],
    class: 1,
  },
  {
    weight: 0.75,
    mean: [-1, 0],
    covariance: [
      [0.5, 0.1],
      [0.1, 0.5],
    ],
    class: 0,
  },
];

test('covariances and axes are the same thing', () => {
  for (const [sd1, sd2, angle] of [
    [2, 0.5, 30],
    [1, 0.3, -60],
    [0.7, 0.2, 90],
    [3, 1, 0],
  ] as const) {
    const covariance = covarianceOf({ sd1, sd2, angle });
    // The quadratic form along the first axis is the first variance: independent of axesOf.
    const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
    const [[a, b], [, c]] = covariance as [[number, number], [number, number]];
    expect(a * cos * cos + 2 * b * cos * sin + c * sin * sin).toBeCloseTo(sd1 * sd1, 6);
    expect(a * c - b * b).toBeCloseTo((sd1 * sd2) ** 2, 5);
    const axes = axesOf(covariance);
    expect(axes.sd1).toBeCloseTo(sd1, 6);
    expect(axes.sd2).toBeCloseTo(sd2, 6);
    expect(Math.cos(((axes.angle - angle) * Math.PI) / 90)).toBeCloseTo(1, 6);
  }
  // A negative width must reach the model as what it is.
  expect(axesOf(covarianceOf({ sd1: 1, sd2: 1, angle: 40 }))).toEqual({ sd1: 1, sd2: 1, angle: 0 });
  expect((covarianceOf({ sd1: -1, sd2: 0.5, angle: 0 })[0] as number[])[0]).toBeLessThan(0);
});

test('a weight is what was asked for, and the rest keeps its proportions', () => {
  const three = [...pair, { ...(pair[0] as Component), weight: 1 }];
  const weights = withWeight(three, 0, 0.4).map(({ weight }) => weight);
  expect(weights[0]).toBe(0.4);
  expect(weights[1]).toBeCloseTo(0.6 * (0.75 / 1.75), 7);
  expect(weights.reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 7);
  expect(withWeight(pair, 0, -2)[0]?.weight).toBe(-2);
});

test('adding, moving, removing, relabelling leave the given mixture alone', () => {
  const before = structuredClone(pair);
  const more = withAdded(pair, [-1.2, 0.4], 0.5);
  expect(more[2]).toEqual({
    weight: 0.33333333,
    mean: [-1.2, 0.4],
    covariance: [
      [0.25, 0],
      [0, 0.25],
    ],
    class: 0,
  });
  expect(more.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 6);
  expect(withMean(pair, 1, [0.12345, 2])[1]?.mean).toEqual([0.123, 2]);
  expect(withRemoved(pair, 0)).toEqual([pair[1]]);
  expect([nextClass(pair, 0, 7), nextClass(pair, 1, 7)]).toEqual([2, 1]);
  expect(nextClass([{ ...(pair[0] as Component), class: 7 }], 0, 7)).toBe(0);
  expect(pair).toEqual(before);
});

// --- Places

test('the card never covers the pointer and stays inside', () => {
  const card = { width: 210, height: 150 };
  for (const room of [
    { width: 343, height: 400 },
    { width: 930, height: 470 },
  ]) {
    for (let x = 0; x <= room.width; x += 7) {
      for (let y = 0; y <= room.height; y += 7) {
        for (const finger of [true, false]) {
          const at = cardAt({ x, y }, card, room, finger);
          const covers = x >= at.x && x <= at.x + card.width && y >= at.y && y <= at.y + card.height;
          expect(covers).toBe(false);
          expect(at.x).toBeGreaterThanOrEqual(0);
          expect(at.x + card.width).toBeLessThanOrEqual(room.width);
          expect(at.y).toBeGreaterThanOrEqual(0);
          expect(at.y + card.height).toBeLessThanOrEqual(room.height);
        }
      }
    }
  }
});

const domain = { min: [-4, -4], max: [4, 4] };

test('zooming keeps the point under the pointer, and ends at the whole', () => {
  const at = [1, -2];
  const near = zoomed(domain, domain, 2, at);
  expect(near).not.toBeNull();
  if (!near) return;
  for (const axis of [0, 1]) {
    const share = (window: typeof domain) =>
      ((at[axis] as number) - (window.min[axis] as number)) /
      ((window.max[axis] as number) - (window.min[axis] as number));
    expect(share(near)).toBeCloseTo(share(domain), 12);
    expect((near.max[axis] as number) - (near.min[axis] as number)).toBeCloseTo(4, 12);
  }
  expect(zoomed(near, domain, 0.5, at)).toBeNull();
  let deep = near;
  for (let k = 0; k < 60; k += 1) deep = zoomed(deep, domain, 2, at) ?? deep;
  expect((deep.max[0] as number) - (deep.min[0] as number)).toBeCloseTo(8 / 200, 9);
});

test('panning stops at the edge with the size kept', () => {
  const window = { min: [-1, -1], max: [1, 1] };
  expect(panned(window, domain, [0.5, 0])).toEqual({ min: [-0.5, -1], max: [1.5, 1] });
  expect(panned(window, domain, [100, -100])).toEqual({ min: [2, -4], max: [4, -2] });
});

// --- Points as text (what is read and fitted is tested in tests/fit.rs)

test('a text or a file is handed over whole, as often as is wanted', async () => {
  for (const text of ['', 'x,class\n1,0', 'é'.repeat(70_000), `${'a'.repeat(65_535)}${'😀'.repeat(40_000)}`]) {
    for (const source of [text, new Blob([text])]) {
      const again = await pieces(source);
      for (let times = 0; times < 2; times += 1) {
        const next = again();
        const all: Uint8Array[] = [];
        for (let piece = next(); piece.length > 0; piece = next()) all.push(piece);
        expect(Buffer.concat(all).toString()).toBe(text);
        expect(next()).toHaveLength(0);
      }
    }
  }
});
