import { describe, expect, test } from 'vitest';
import type { Preset, State } from '../workers/protocol';
import { asked, baseOf, candidateOf, lanesOf, queryOf } from './settings';

const state = {
  version: 1,
  mixture: [],
  process: { horizon: 8, stop: 0.01, steps: 200, grid: 'uniform', sampler: 'exponential' },
  guidance: { target: 1, gamma: 2 },
  classifier: { kind: 'exact' },
  seed: 5,
} as unknown as State;
const base = baseOf([{ name: 'wiggle', title: '', description: '', state } as unknown as Preset]);

const read = (query: string) => {
  const { candidate, target } = candidateOf(new URLSearchParams(query), base);
  return { state: candidate as State, target };
};

describe('the address', () => {
  test('says nothing of the first sight', () => {
    expect(queryOf({ state: base, target: null }, base).toString()).toBe('');
    expect(read('')).toEqual({ state: base, target: null });
  });

  test.each([
    'classifier.time=0.5&guidance.gamma=4',
    'classifier.kind=tempered&classifier.sharpness=0.5&classifier.bias=0&guidance.target=7',
    'classifier.kind=exact&process.sampler=ode-exponential&process.steps=50&seed=9',
    'classifier.kind=wiggle&classifier.form=logit&classifier.frequency=24&classifier.amplitude.law=inverse&classifier.amplitude.scale=50',
  ])('is read as it was written: %s', (query) => {
    expect(queryOf(read(query), base).toString()).toBe(query);
  });

  test('leaves to others what is not of the gallery', () => {
    const { state, target } = read('lang=zh&mixture=[1]&process.horizon=99&guidance.target=12&guidance.outside=0');
    expect(state).toEqual(base);
    expect(target).toBeNull();
  });
});

test('lanes are those that tell something apart', () => {
  const lanes = (query: string) => lanesOf(read(query));
  expect(lanes('')).toEqual(['tested', 'exact']);
  expect(lanes('guidance.gamma=3')).toEqual(['tested', 'exact', 'conditional']);
  expect(lanes('classifier.kind=exact')).toEqual(['exact', 'unguided']);
  expect(lanes('classifier.kind=exact&guidance.gamma=3')).toEqual(['exact', 'conditional']);
});

test('each column has its digit, or all have the one that is asked for', () => {
  expect(asked(read('')).targets).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const { targets, particles, gamma, lanes } = asked(read('guidance.target=7'), ['exact', 'conditional'], 100);
  expect({ targets, particles, gamma, lanes }).toEqual({
    targets: [7],
    particles: 100,
    gamma: 1,
    lanes: ['exact', 'conditional'],
  });
});
