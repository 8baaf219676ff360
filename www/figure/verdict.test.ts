import { describe, expect, it } from 'vitest';
import { summarise } from '../lab/profile';
import type { State } from '../workers/protocol';
import { totalVariation, verdict } from './verdict';

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

describe('summarise', () => {
  const at = (time: number, guidanceMse: number, guidanceNorm: number) => ({
    time,
    conditionalKl: 1e-3 * time,
    guidanceMse,
    guidanceNorm,
    guidanceMseJoint: 0,
    relativeError: 0,
  });
  it('adds up both over time, and says until when the error is the larger', () => {
    const summary = summarise([at(4, 4, 1), at(2, 2, 1), at(1, 0.5, 1), at(0, 0.5, 1)]);
    expect(summary?.share).toBeCloseTo((6 + 1.25 + 0.5) / 4);
    expect(summary?.greatestKl).toBeCloseTo(4e-3);
    expect(summary?.until).toBeCloseTo(1.5);
  });
  it('names no time where the error is the larger never, always, or now and then', () => {
    for (const errors of [
      [0.5, 0.5, 0.5],
      [2, 2, 2],
      [2, 0.5, 2],
      [0.5, 2, 0.5],
    ]) {
      expect(summarise(errors.map((error, k) => at(2 - k, error, 1)))?.until).toBeNull();
    }
  });
});

describe('verdict', () => {
  const state = (classifier: State['classifier']) =>
    ({ classifier, guidance: { gamma: 1, target: 1 }, mixture: [] }) as unknown as State;
  const wiggle = {
    kind: 'wiggle',
    form: 'probability',
    frequency: 24,
    amplitude: { law: 'inverse', scale: 2 },
    smoothing: 0,
  } as const;
  const tempered = { kind: 'tempered', sharpness: 3, bias: 0 } as const;
  /** Every text of a template and of those in it. */
  const wordsOf = (part: unknown): string => {
    if (Array.isArray(part)) return part.map(wordsOf).join('');
    if (typeof part !== 'object' || part === null || !('values' in part))
      return typeof part === 'symbol' ? '' : String(part);
    return wordsOf((part as { values: unknown[] }).values);
  };
  const said = (classifier: State['classifier'], summary: Parameters<typeof verdict>[1]) =>
    wordsOf(verdict(state(classifier), summary, null, false));
  it('calls probabilities nearly right only where a loss would not show what is wrong', () => {
    const wrong = { share: 0.6, until: null };
    expect(said(wiggle, { ...wrong, greatestKl: 1e-3 })).toContain('Nearly right probabilities, wrong guidance.');
    expect(said(tempered, { ...wrong, greatestKl: 1e-3 })).toContain('Nearly right probabilities, wrong guidance.');
    expect(said(tempered, { ...wrong, greatestKl: 0.08 })).toContain('Wrong probabilities, wrong guidance.');
    expect(said(tempered, { ...wrong, share: 0.01, greatestKl: 0 })).toContain('Right probabilities, right guidance.');
  });
  it('asks before it is measured what the kind makes people ask', () => {
    expect(said(wiggle, null)).toContain('a small, fast wiggle');
    expect(said(tempered, null)).toContain('logits are 3 times the exact ones');
  });
});
