import { describe, expect, test } from 'vitest';
import { getPath } from '../lab/paths';
import type { Preset, State } from '../workers/protocol';
import {
  asked,
  askedCorrected,
  baseOf,
  candidateOf,
  corrects,
  foreign,
  joined,
  lanesOf,
  ours,
  queryOf,
  stateOf,
  targetOf,
} from './settings';

const state = {
  version: 1,
  mixture: [],
  process: { horizon: 8, stop: 0.01, steps: 200, grid: 'uniform', sampler: 'exponential' },
  guidance: { target: 1, gamma: 2 },
  classifier: { kind: 'exact' },
  particles: 20000,
  seed: 5,
} as unknown as State;
const base = baseOf([{ name: 'wiggle', title: '', description: '', state } as unknown as Preset]);

const read = (query: string) => {
  const { candidate, target } = candidateOf(new URLSearchParams(query), base);
  return { state: candidate as State, target };
};

/** What is said of an address. */
const changesOf = (query: string) => candidateOf(new URLSearchParams(query), base).changes;

describe('the address', () => {
  test('says nothing of the first sight', () => {
    expect(queryOf({ state: base, target: null }, base).toString()).toBe('');
    expect(read('')).toEqual({ state: base, target: null });
  });

  test.each([
    'classifier.time=0.5&guidance.gamma=4',
    'classifier.kind=tempered&classifier.sharpness=0.5&classifier.bias=0&guidance.target=7',
    'guidance.gamma=2&compare=%5B%22corrected%22%5D&seed=9',
    'classifier.kind=exact&process.sampler=ode-exponential&process.steps=50&seed=9',
    'classifier.kind=wiggle&classifier.form=logit&classifier.frequency=24&classifier.amplitude.law=inverse&classifier.amplitude.scale=50',
  ])('is read as it was written: %s', (query) => {
    expect(queryOf(read(query), base).toString()).toBe(query);
  });

  test('leaves to others what is not of a state, and the mixture to the figure', () => {
    expect(read('lang=zh&theme=dark&mixture=[1]&preset=wiggle')).toEqual({ state: base, target: null });
    expect(changesOf('lang=zh&theme=dark&mixture.named=digits&preset=wiggle&version=1')).toEqual([]);
  });

  test('names what pictures do not have, and leaves it out', () => {
    const query = 'process.horizon=99&particles=7&guidance.outside=0&guidance.gamma=2';
    expect(read(query).state).toEqual({ ...base, guidance: { ...base.guidance, gamma: 2 } });
    expect(changesOf(query).map(({ message }) => message)).toEqual([
      'left out, as pictures have no such field: process.horizon, particles, guidance.outside',
    ]);
    expect(read('guidance.target=12').target).toBeNull();
    expect(changesOf('guidance.target=12').map(({ message }) => message)).toEqual([
      'guidance.target is 12, but must be a digit from 0 to 9, or null: each column its own',
    ]);
  });

  test('has a recipe, and the name of a file', () => {
    const weights = 'a'.repeat(64);
    const query = `classifier.kind=learned&classifier.recipe.steps=10&classifier.recipe.weights=${weights}&guidance.gamma=2`;
    expect(getPath(read(query).state, 'classifier.recipe.steps')).toBe(10);
    expect(getPath(read(query).state, 'classifier.recipe.weights')).toBe(weights);
    expect(changesOf(query)).toEqual([]);
  });
});

describe('a patch', () => {
  const present = stateOf({ state: base, target: null });

  test('has fields of pictures, and may say again what holds', () => {
    expect(foreign({ ...present, guidance: { target: 3, gamma: 4 }, seed: 8 }, present)).toEqual([]);
    expect(ours({ ...present, guidance: { target: 3, gamma: 4 } })).toEqual({
      classifier: base.classifier,
      guidance: { gamma: 4 },
      process: { sampler: 'exponential', steps: 100 },
      compare: [],
      seed: 1,
    });
  });

  test('has other fields that are named', () => {
    expect(foreign({ process: { horizon: 4, steps: 10 }, score: { kind: 'shifted' }, view: {} }, present)).toEqual([
      'process.horizon',
      'score.kind',
    ]);
  });

  test.each([
    [{ guidance: { target: 7 } }, 7],
    [{ guidance: { target: null } }, null],
    [{ guidance: { gamma: 1 } }, undefined],
    [{ guidance: { target: 10 } }, undefined],
    [{ guidance: { target: '7' } }, undefined],
  ])('%j steers to %s', (patch, target) => {
    expect(targetOf(patch).target).toBe(target);
    expect(targetOf(patch).wrong === null).toBe(target !== undefined || !('target' in patch.guidance));
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

describe('the lane corrected', () => {
  test('is wanted by a state, and nothing else of compare is', () => {
    expect(corrects(read(''))).toBe(false);
    const wanted = read('compare=["corrected"]&guidance.target=7');
    expect(corrects(wanted)).toBe(true);
    const { lanes, particles, behind, targets } = askedCorrected(wanted);
    expect({ lanes, particles, behind, targets }).toEqual({
      lanes: ['corrected'],
      particles: 10,
      behind: 32,
      targets: [7],
    });
    expect(read('compare=["exact"]').state.compare).toEqual([]);
    expect(changesOf('compare=["exact"]').map(({ message }) => message)).toEqual([
      'compare is ["exact"], but must be ["corrected"] or []: the other rows are those that tell something apart',
    ]);
  });

  test('stands below the others at every step', () => {
    const run = (first: number, count: number) => Float32Array.from({ length: count }, (_, index) => first + index);
    const drawn = { times: Float64Array.of(1, 0), positions: run(0, 8), labels: Uint32Array.of(1, 2) };
    const shown = { drawn, settings: read(''), lanes: ['tested', 'exact'] as const, weights: [] };
    const own = { positions: run(100, 4), labels: Uint32Array.of(3), weights: [] };
    const both = joined({ ...shown, lanes: [...shown.lanes] }, own);
    expect(both.lanes).toEqual(['tested', 'exact', 'corrected']);
    expect([...both.drawn.positions]).toEqual([0, 1, 2, 3, 100, 101, 4, 5, 6, 7, 102, 103]);
    expect([...both.drawn.labels]).toEqual([1, 2, 3]);
  });
});
