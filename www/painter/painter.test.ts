import { describe, expect, it } from 'vitest';
import { fromPosition, toPosition } from '../controls/inputs';
import { coarseToFine } from '../lab/profile';
import type { Curves } from '../workers/protocol';
import { mix } from './colormap';
import { contour, contourLines } from './contour';
import { keySide } from './density';
import { guidanceRange } from './guidance';
import { niceCeil, stepAt, ticks, timeTicks } from './ticks';

describe('ticks', () => {
  it('are round and inside', () => {
    expect(ticks(-3.4, 3.4, 7)).toEqual([-3, -2, -1, 0, 1, 2, 3]);
    expect(ticks(0, 1, 4)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(ticks(0, 0.3, 3)).toEqual([0, 0.1, 0.2, 0.3]);
  });
  it('round up to nice numbers', () => {
    expect([0.83, 1, 1.2, 42, 0].map(niceCeil)).toEqual([1, 1, 1.5, 50, 1]);
  });
  it('of time keep their distance and both ends', () => {
    const times = Array.from({ length: 201 }, (_, k) => 0.01 + 7.99 * (1 - k / 200) ** 2);
    const marks = timeTicks(times, (step) => step, 20);
    expect(marks[0]?.time).toBe(8);
    expect(marks.at(-1)?.time).toBeCloseTo(0.01);
    marks.slice(1).forEach((mark, k) => {
      expect(mark.position - (marks[k]?.position ?? 0)).toBeGreaterThanOrEqual(20);
    });
  });
  it('find the step of a time', () => {
    expect(stepAt([8, 4, 1, 0.5], 2.5)).toBeCloseTo(1.5);
    expect(stepAt([8, 4, 1, 0.5], 0.5)).toBe(3);
  });
});

describe('contour', () => {
  const size = 41;
  const values = Array.from({ length: size * size }, (_, k) => Math.hypot((k % size) - 20, Math.floor(k / size) - 20));
  it('of a cone is a circle', () => {
    let length = 0;
    contour(values, size, size, 12.3, (x0, y0, x1, y1) => {
      expect(Math.hypot(x0 - 20, y0 - 20)).toBeCloseTo(12.3, 1);
      length += Math.hypot(x1 - x0, y1 - y0);
    });
    expect(length).toBeCloseTo(2 * Math.PI * 12.3, 0);
  });
  it('is joined to one closed line', () => {
    const lines = contourLines(values, size, size, 12.3);
    expect(lines).toHaveLength(1);
    const line = lines[0] as number[];
    expect(line.slice(0, 2)).toEqual(line.slice(-2));
  });
  it('that leaves the grid is one open line', () => {
    const plane = Array.from({ length: size * size }, (_, k) => (k % size) + 0.3 * Math.floor(k / size));
    const lines = contourLines(plane, size, size, 17.05);
    expect(lines).toHaveLength(1);
  });
});

describe('guidanceRange', () => {
  const x = Float64Array.from({ length: 201 }, (_, k) => -4 + k / 25);
  const curves = (amplitude: number): Curves => {
    const zero = new Float64Array(201);
    const guidance = x.map((at) => 2 / (1 + Math.exp(3 * at)));
    return {
      x,
      unguided: x.map((at) => Math.exp((-at * at) / 2)),
      target: zero,
      tilted: zero,
      posterior: zero,
      testedPosterior: zero,
      guidance,
      testedGuidance: guidance.map((value, k) => value + amplitude * (k % 2 === 0 ? 1 : -1)),
    };
  };
  it('is not blown up by a violent wiggle', () => {
    const range = guidanceRange(curves(1000));
    expect(range.high).toBeLessThanOrEqual(10);
    expect(range.low).toBeGreaterThanOrEqual(-10);
  });
  it('shows both curves when they are of one size', () => {
    const range = guidanceRange(curves(1));
    expect(range.high).toBeGreaterThanOrEqual(3);
    expect(range.low).toBeLessThanOrEqual(-0.9);
  });
});

describe('small things', () => {
  it('a ramp begins and ends with its colours', () => {
    expect(mix('#ffffff', '#d55e00', 0).map(Math.round)).toEqual([255, 255, 255]);
    expect(mix('#ffffff', '#d55e00', 1).map(Math.round)).toEqual([213, 94, 0]);
  });
  it('log sliders go both ways', () => {
    const options = { min: 2, max: 256, scale: 'log' as const, integer: true };
    for (const value of [2, 7, 32, 256]) {
      expect(fromPosition(toPosition(value, 2, 256, 'log'), options)).toBe(value);
    }
  });
  it('coarse to fine visits every point once', () => {
    for (const count of [1, 2, 7, 40]) {
      expect([...coarseToFine(count)].sort((a, b) => a - b)).toEqual(Array.from({ length: count + 1 }, (_, k) => k));
    }
  });
});

describe('the key of the densities', () => {
  it('leaves alone a hump of p(x) that the other curves do not have', () => {
    const x = Float64Array.from({ length: 101 }, (_, k) => k / 50 - 1);
    const flat = x.map(() => 0.1);
    const hump = x.map((at) => (at < -0.5 ? 1 : 0.1));
    expect(keySide({ x, target: flat, tilted: flat, unguided: hump } as Curves, 'left')).toBe('right');
    expect(keySide({ x, target: flat, tilted: flat, unguided: flat } as Curves, 'left')).toBe('left');
  });
});
