import { describe, expect, it } from 'vitest';
import { GUIDANCE, STATE } from '../../tests/unit/states';
import type { Preset, State } from '../workers/protocol';
import { mergeDeep } from './paths';
import { decode, encode, toQuery } from './permalink';

const state: State = {
  ...STATE,
  process: { horizon: 8, stop: 0.01, steps: 200, grid: 'quadratic', sampler: 'heun' },
  guidance: { ...GUIDANCE, gamma: 2 },
  classifier: {
    kind: 'wiggle',
    form: 'probability',
    frequency: 32,
    amplitude: { law: 'inverse', scale: 1 },
    smoothing: 0,
  },
  view: { field: 'none', lane: 'tested', layout: 'auto', against: 'exact' },
};
const plain: State = { ...state, classifier: { kind: 'exact' } };
const presets: Preset[] = [
  { name: 'wiggle', title: 'Wiggle', description: '', state },
  { name: 'plain', title: 'Plain', description: '', state: plain },
];

function roundTrip(changed: State, preset: Preset): unknown {
  return decode(new URLSearchParams(toQuery(encode(changed, preset))), presets, 'wiggle').candidate;
}

describe('permalink', () => {
  it('reads names in small letters, as HTML writes those of attributes', () => {
    const fields = ['guidance.sigmaPower', 'classifier.recipe.targetKl'];
    const query = new URLSearchParams('guidance.sigmapower=1&classifier.recipe.targetkl=0.01&guidance.gamma=3');
    const { candidate } = decode(query, presets, 'wiggle', fields);
    expect(candidate).toMatchObject({
      guidance: { sigmaPower: 1, gamma: 3 },
      classifier: { recipe: { targetKl: 0.01 } },
    });
    expect(candidate).not.toHaveProperty('guidance.sigmapower');
  });
  it('writes only what differs', () => {
    expect(toQuery(encode(state, presets[0] as Preset))).toBe('preset=wiggle');
    expect(toQuery(encode(mergeDeep(state, { guidance: { gamma: 3 } }), presets[0] as Preset))).toBe(
      'preset=wiggle&guidance.gamma=3',
    );
  });
  it.each([
    ['numbers and choices', mergeDeep(state, { guidance: { gamma: 0.35 }, process: { sampler: 'ddim' } })],
    [
      'rules',
      mergeDeep(state, {
        guidance: { gamma: -2, clip: 1.5, sigmaPower: -1, schedule: 'cosine', outside: 0, at: 'predicted-mean' },
        process: { sampler: 'cfg++' },
      }),
    ],
    ['lists', mergeDeep(state, { compare: ['unguided', 'conditional'], mixture: [state.mixture[0]] })],
    ['names', mergeDeep(state, { labels: ['', '"a, b" & <c>\\', 'é=三#?+%'] })],
    ['an empty list', mergeDeep(state, { compare: [] })],
    ['another kind of classifier', mergeDeep(state, { classifier: { kind: 'exact' } })],
  ])('brings back %s', (_, changed) => {
    expect(roundTrip(changed, presets[0] as Preset)).toEqual(changed);
  });
  it('brings back every field of a new kind', () => {
    expect(roundTrip(state, presets[1] as Preset)).toEqual(state);
  });
  it('leaves other keys alone, falls back from unknown presets, and survives hostile ones', () => {
    const decoded = decode(
      new URLSearchParams('preset=nope&utm=1&guidance.__proto__.x=1&__proto__=2'),
      presets,
      'plain',
    );
    expect(decoded.unknownPreset).toBe('nope');
    expect(decoded.candidate).toEqual(plain);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
  it('hands wrong values on to be opened', () => {
    const { candidate } = decode(
      new URLSearchParams('guidance.gamma=lots&guidance.gama=3&mixture=[['),
      presets,
      'plain',
    );
    expect(candidate).toMatchObject({ guidance: { gamma: 'lots', gama: 3 }, mixture: '[[' });
  });
});
