import { describe, expect, it } from 'vitest';
import { totalVariation } from './verdict';

describe('totalVariation', () => {
  it('is 0 for equal and 1 for disjoint histograms, whatever their sizes', () => {
    const left = new Uint32Array(256).fill(3, 0, 128);
    const right = new Uint32Array(256).fill(5, 128);
    expect(totalVariation(left, left, 1)).toBe(0);
    expect(totalVariation(left, right, 1)).toBeCloseTo(1);
  });
  it('sees both coordinates of a grid', () => {
    const west = new Uint32Array(128 * 128).map((_, k) => (k % 128 < 64 ? 1 : 0));
    const east = new Uint32Array(128 * 128).map((_, k) => (k % 128 < 64 ? 0 : 1));
    expect(totalVariation(west, east, 2)).toBeCloseTo(1);
  });
});
