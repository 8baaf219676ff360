import { describe, expect, test } from 'vitest';
import type { Theme } from '../painter/theme';
import { type Source, savable } from './figure';
import { escapeXml, logTicks, type Plot, plotSvg, scaleOf } from './plot';
import { cell, csv, heading } from './table';

describe('csv', () => {
  test('numbers are read back as they were', () => {
    for (const value of [0.1, 1 / 3, 6.02e23, -5e-324, 1.5049302741749e-25, 123456789.123, 0, -0]) {
      expect(Number(cell(value))).toBe(value + 0);
    }
    expect([Number.NaN, null, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(cell)).toEqual([
      '',
      '',
      'inf',
      '-inf',
    ]);
  });

  test('separators, quotes, line ends and outer spaces are quoted', () => {
    expect(cell('KL, a = 1/n')).toBe('"KL, a = 1/n"');
    expect(cell('the "law"')).toBe('"the ""law"""');
    expect(cell('two\nlines')).toBe('"two\nlines"');
    expect(cell(' spaced')).toBe('" spaced"');
    expect(cell('E[1/p(c|x)]')).toBe('E[1/p(c|x)]');
  });

  test('the header names unit and estimator, a pure number has no unit', () => {
    expect(heading({ name: 'KL', unit: 'nats', estimator: 'exact' })).toBe('KL [nats] (exact)');
    expect(heading({ name: 'w', unit: '1' })).toBe('w');
    expect(
      csv({
        columns: [
          { name: 'n', unit: 'rad per length' },
          { name: 'KL, SDE', unit: 'nats', estimator: 'exact' },
        ],
        rows: [
          [8, 0.5],
          [16, null],
        ],
      }),
    ).toBe('n [rad per length],"KL, SDE [nats] (exact)"\r\n8,0.5\r\n16,\r\n');
  });
});

const LOOK = { paper: '#fff', ink: '#000', soft: '#666', hairline: '#eee', font: 'Some "Sans", serif' };
const BOX = { width: 400, height: 200, titled: true };
const COLOR = '#123456';

function plot(points: { x: number; y: number; error?: number }[], log = false): Plot {
  return {
    title: 'a < b & "c"',
    x: { label: 'n', log },
    y: { label: 'KL', log },
    series: [{ label: '<script>', color: COLOR, points, marker: 'circle' }],
  };
}

/** Well formed: every tag that is opened is closed, in order, and no bare markup is left. */
function tags(svg: string): void {
  const open: string[] = [];
  for (const [, end, name, empty] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (end) expect(open.pop()).toBe(name);
    else if (!empty) open.push(name as string);
  }
  expect(open).toEqual([]);
  expect(svg.replace(/<[^>]*>/g, '')).not.toMatch(/[<>]|&(?!#\d+;)/);
}

/** The corners of the one line of the series. */
function corners(svg: string): [number, number][] {
  const path = new RegExp(`<path d="([^"]*)" fill="none" stroke-linejoin="round" stroke="${COLOR}"`).exec(svg)?.[1];
  return [...(path ?? '').matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

describe('svg', () => {
  test('is well formed whatever the names are', () => {
    const svg = plotSvg(
      plot([
        { x: 1, y: 2, error: 0.5 },
        { x: 3, y: 4 },
      ]),
      LOOK,
      BOX,
    );
    tags(svg);
    expect(svg).not.toContain('<script>');
    expect(escapeXml(`<&>"'`)).toBe('&#60;&#38;&#62;&#34;&#39;');
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="400"/);
  });

  test('a power law is a straight line on logarithmic axes', () => {
    const svg = plotSvg(
      plot(
        [1, 2, 4, 8].map((x) => ({ x, y: 3 * x ** -2 })),
        true,
      ),
      LOOK,
      BOX,
    );
    tags(svg);
    const found = corners(svg);
    expect(found).toHaveLength(4);
    const slopes = found.slice(1).map(([x, y], k) => (y - (found[k]?.[1] ?? 0)) / (x - (found[k]?.[0] ?? 0)));
    for (const slope of slopes) expect(slope).toBeCloseTo(slopes[0] as number, 2);
    // Equal factors are equal distances, and it falls (y grows downwards).
    expect((found[1]?.[0] ?? 0) - (found[0]?.[0] ?? 0)).toBeCloseTo((found[3]?.[0] ?? 0) - (found[2]?.[0] ?? 0), 1);
    expect(slopes[0]).toBeGreaterThan(0);
  });

  test('what a logarithmic axis cannot show is left out, and nothing is NaN', () => {
    const points = [
      { x: 0, y: 1 },
      { x: 1, y: 0 },
      { x: 2, y: Number.NaN },
      { x: 4, y: 2, error: 5 },
      { x: 8, y: 3 },
    ];
    const svg = plotSvg(plot(points, true), LOOK, BOX);
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(corners(svg)).toHaveLength(2);
    for (const empty of [plot([]), plot([], true), plot([{ x: 1, y: 1 }]), plot([{ x: 1, y: 1 }], true)]) {
      expect(plotSvg(empty, LOOK, BOX)).not.toMatch(/NaN|Infinity/);
    }
  });

  test('an error bar reaches one standard error each way', () => {
    const svg = plotSvg(
      {
        ...plot([
          { x: 0, y: 5, error: 2 },
          { x: 1, y: 5 },
        ]),
        y: { label: '', range: [0, 10] },
      },
      LOOK,
      { ...BOX, titled: false },
    );
    const [, top, bottom] = /M-?[\d.]+ ([\d.]+)h6m-3 0V([\d.]+)m-3 0h6/.exec(svg) ?? [];
    expect(Number(bottom) - Number(top)).toBeCloseTo((4 / 10) * 200, 1);
  });

  test('several charts stand below one another', () => {
    const one = plotSvg(plot([{ x: 1, y: 2 }]), LOOK, BOX);
    const two = plotSvg([plot([{ x: 1, y: 2 }]), plot([{ x: 1, y: 2 }])], LOOK, BOX);
    tags(two);
    const height = (svg: string) => Number(/height="([\d.]+)"/.exec(svg)?.[1]);
    expect(height(two)).toBeGreaterThan(1.8 * height(one));
  });
});

describe('axes', () => {
  test('decades, with 2 and 5 where there are few', () => {
    expect(logTicks(1e-10, 1e-2, 4).map(({ at }) => at)).toEqual([1e-10, 1e-8, 1e-6, 1e-4, 1e-2]);
    expect(logTicks(1e-10, 1e-2, 4)[0]?.label).toBe('10⁻¹⁰');
    expect(logTicks(0.9, 30, 5).map(({ label }) => label)).toEqual(['1', '2', '5', '10', '20']);
    for (const { at } of logTicks(3.1, 4.4, 5)) expect(at > 3 && at < 4.5).toBe(true);
    expect(logTicks(3.1, 4.4, 5).length).toBeGreaterThan(1);
  });

  test('a constant on a logarithmic axis stays a constant', () => {
    const scale = scaleOf([0.01, 0.0100001], { label: '', log: true }, 0);
    expect(scale.high / scale.low).toBeCloseTo(4, 3);
    expect(scale.share(0.01)).toBeCloseTo(0.5, 3);
  });
});

test('in the plane the histogram is saved with its errors, and its marginals are drawn', () => {
  const lanes = {
    tested: '#d55e00',
    exact: '#0072b2',
    unguided: '#777777',
    conditional: '#009e73',
    corrected: '#b35a91',
  };
  const theme = { ...LOOK, lanes, laneText: lanes } as unknown as Theme;
  // 2 x 2 bins over [0, 2] x [0, 4]: three particles below on the left, one above on the right.
  const lane = { name: 'tested', bins: Uint32Array.of(3, 0, 0, 1), outside: 0 };
  const subject = {
    domain: { dimension: 2, min: [0, 0], max: [2, 4] },
    frame: { lanes: [lane] },
    marginals: null,
    state: {},
    step: 5,
    time: 0.5,
  };
  const { table, plots } = savable('density', { subject, theme, measurement: null } as unknown as Source);
  expect(table.columns.map(({ name }) => name)).toEqual(['x1', 'x2', 'density of tested', 'density of tested']);
  expect(table.rows.map((row) => row.slice(0, 3))).toEqual([
    [0.5, 1, 3 / 8],
    [1.5, 1, 0],
    [0.5, 3, 0],
    [1.5, 3, 1 / 8],
  ]);
  expect(table.rows[0]?.[3]).toBeCloseTo(Math.sqrt((0.75 * 0.25) / 4) / 2, 12);
  expect(plots.map(({ series }) => series[0]?.points.map(({ y }) => y))).toEqual([
    [0.75, 0.75, 0.25, 0.25],
    [0.375, 0.375, 0.125, 0.125],
  ]);
});
