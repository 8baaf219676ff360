import { expect, test } from 'vitest';
import { History, pathsOf } from '../lab/undo';
import type { Component } from '../workers/protocol';
import { MOST_POINTS, readPoints } from './csv';
import { fitClass, fitPoints, floored, random } from './em';
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

// --- Points as text

test.each([
  ['x,class\n1,0\n2,1\n', 1, [1, 2], [0, 1]],
  ['1.5;2;0\n-3e-1;4;1', 2, [1.5, 2, -0.3, 4], [0, 1]],
  ['class\ty\tx\r\na\t1\t2\r\n\r\nb\t3\t4\r\n', 2, [2, 1, 4, 3], [0, 1]],
  ['"x1","x2","label"\n"1","2","7"\n3,4,0', 2, [1, 2, 3, 4], [7, 0]],
] as const)('reads %j', async (text, dimension, values, classes) => {
  const points = await readPoints(text);
  expect(points.dimension).toBe(dimension);
  expect([...points.values]).toEqual(values);
  expect([...points.classes]).toEqual(classes);
});

test.each([
  ['', '', /empty/],
  ['x,y,class\n', '', /below the header/],
  ['1\n2\n', 'line 1', /1 column/],
  ['1,2,3,4\n', 'line 1', /4 columns/],
  ['x,y,colour\n1,2,0\n', 'line 1', /no column “class”/],
  ['1,2,0\n1,2\n', 'line 2', /2 of 3 columns/],
  ['x,y,class\n1,2,0\n1,abc,1\n', 'line 3, y', /“abc” is not a number/],
  ['1,0\n,1\n', 'line 2, x', /is empty/],
  ['1,0\nInfinity,1\n', 'line 2, x', /not a number/],
  ['1,0\n0x10,1\n', 'line 2, x', /not a number/],
  ['1,0\n2,\n', 'line 2, class', /is empty/],
  ['1,a\n2,a\n3,a', 'class', /“a” in every line/],
  [Array.from({ length: 9 }, (_, k) => `${k},c${k}`).join('\n'), 'line 9, class', /at most 8/],
])('%j is refused with line and field', async (text, path, words) => {
  const fault = await readPoints(text).then(
    () => null,
    (error) => error,
  );
  expect(fault).toMatchObject({ path, message: expect.stringMatching(words) });
});

test('a million rows are thinned out evenly, every row is checked, and it is said', async () => {
  const lines = Array.from({ length: 1_000_000 }, (_, k) => `${k % 1000},${k % 2}`);
  const points = await readPoints(lines.join('\n'));
  expect(points.rows).toBe(1_000_000);
  expect(points.classes.length).toBe(MOST_POINTS);
  expect(points.values.length).toBe(MOST_POINTS);
  lines[777_777] = 'oops,1';
  await expect(readPoints(lines.join('\n'))).rejects.toMatchObject({ path: 'line 777778, x' });
}, 60_000);

// --- The fit

function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

test('EM finds the mixture that the points come from, and BIC its number of components', async () => {
  const next = random(7);
  const n = 4000;
  const truth = [
    { share: 0.3, mean: [-2, 0], a: 0.5, b: 0.2 },
    { share: 0.7, mean: [1.5, 1], a: 0.4, b: -0.3 },
  ];
  const values = new Float64Array(2 * n);
  for (let k = 0; k < n; k += 1) {
    const part = truth[k < n * 0.3 ? 0 : 1] as (typeof truth)[number];
    const [u, v] = [normal(next), normal(next)];
    values[2 * k] = (part.mean[0] as number) + part.a * u;
    values[2 * k + 1] = (part.mean[1] as number) + part.b * u + 0.3 * v;
  }
  const { parts } = await fitClass(values, 2, 5, 1e-4);
  expect(parts.length).toBe(2);
  parts.sort((p, q) => (p.mean[0] as number) - (q.mean[0] as number));
  parts.forEach((part, index) => {
    const expected = truth[index] as (typeof truth)[number];
    const count = n * expected.share;
    // Five standard errors: of a mean s/sqrt(n), of a covariance at most 2 c/sqrt(n).
    expect(Math.abs(part.weight - expected.share)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / n));
    const covariance = [expected.a ** 2, expected.a * expected.b, expected.b ** 2 + 0.09];
    part.mean.forEach((value, axis) => {
      const sd = Math.sqrt(covariance[2 * axis] as number);
      expect(Math.abs(value - (expected.mean[axis] as number))).toBeLessThan((5 * sd) / Math.sqrt(count));
    });
    const scale = Math.max(covariance[0] as number, covariance[2] as number);
    part.covariance.forEach((value, k) => {
      expect(Math.abs(value - (covariance[k] as number))).toBeLessThan((10 * scale) / Math.sqrt(count));
    });
  });
});

test('one Gaussian is one component, with the moments of the points', async () => {
  const next = random(3);
  const values = Float64Array.from({ length: 2000 }, () => 0.5 + 0.8 * normal(next));
  const { parts, logLikelihood } = await fitClass(values, 1, 5, 1e-4);
  expect(parts.length).toBe(1);
  const mean = values.reduce((sum, value) => sum + value) / 2000;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2000;
  expect(parts[0]?.mean[0]).toBeCloseTo(mean, 9);
  expect(parts[0]?.covariance[0]).toBeCloseTo(variance, 9);
  // The greatest log-likelihood of a Gaussian in closed form.
  expect(logLikelihood).toBeCloseTo(-1000 * (Math.log(2 * Math.PI * variance) + 1), 6);
});

test('the floor raises the small eigenvalue alone', () => {
  const [a, b, c] = floored([1, 1, 1], 0.1) as [number, number, number];
  expect(a + c).toBeCloseTo(2.1, 12);
  expect(a * c - b * b).toBeCloseTo(0.2, 12);
  expect(floored([1, 0.2, 0.5], 0.1)).toEqual([1, 0.2, 0.5]);
  expect(floored([0, 0, 0], 0.1)).toEqual([0.1, 0, 0.1]);
  expect(floored([0.01], 0.1)).toEqual([0.1]);
});

test('points become components with their classes; far ones are scaled, and it is said', async () => {
  const next = random(11);
  const line = (middle: number, label: string) => `${middle + 10 * normal(next)},${label}`;
  const text = Array.from({ length: 600 }, (_, k) => (k % 3 === 0 ? line(500, 'cat') : line(560, 'dog'))).join('\n');
  const { mixture, notes } = await fitPoints(await readPoints(text));
  expect(mixture.map((component) => component.class)).toEqual([0, 1]);
  expect(mixture[0]?.weight).toBeCloseTo(1 / 3, 4);
  expect(mixture.every(({ mean }) => Math.abs(mean[0] as number) < 5)).toBe(true);
  expect(notes.join(' ')).toMatch(/“cat”/);
  expect(notes.join(' ')).toMatch(/divided by/);
});

test('duplicates alone are refused; a class of duplicates is held by the floor', async () => {
  await expect(readPoints('1,0\n1,1\n1,0').then((points) => fitPoints(points))).rejects.toMatchObject({
    code: 'inconsistent',
    message: expect.stringMatching(/same point/),
  });
  const { mixture } = await fitPoints(await readPoints('1,0\n1,0\n1,0\n1,0\n-1,1\n-2,1\n-1.5,1\n-1.2,1'));
  for (const { covariance } of mixture) expect((covariance[0] as number[])[0]).toBeGreaterThanOrEqual(2e-4);
  expect(mixture.every(({ weight, mean }) => Number.isFinite(weight) && mean.every(Number.isFinite))).toBe(true);
});
