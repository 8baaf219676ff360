import { expect, test } from 'vitest';
import type { Curves, State } from '../workers/protocol';
import { withField } from './fields';

/** Two classes of width 1/2 at ±1, noised to the time 1/2: what stands here is written out by hand. */
const TIME = 0.5;
const u = Math.exp(-TIME);
const variance = 1 - u * u + 0.25 * u * u;
const bell = (x: number, mean: number) =>
  Math.exp(-0.5 * ((x - mean) / Math.sqrt(variance)) ** 2) / Math.sqrt(2 * Math.PI * variance);
const x = Float64Array.from({ length: 801 }, (_, k) => -3 + (6 * k) / 800);
const posterior = x.map((at) => 1 / (1 + Math.exp((-2 * u * at) / variance)));
const guidance = x.map((_, k) => ((2 * u) / variance) * (1 - (posterior[k] as number)));
const curves = {
  x,
  unguided: x.map((at) => 0.5 * bell(at, u) + 0.5 * bell(at, -u)),
  posterior,
  testedPosterior: posterior,
  guidance,
  testedGuidance: guidance.map((value, k) => value + Math.sin(k)),
} as unknown as Curves;

function state(field: string, sampler: string, more = {}): State {
  const scale = { gamma: 1, from: 0, to: 8, adaptive: 0, ...more };
  return { view: { field }, guidance: scale, process: { sampler } } as unknown as State;
}

const worst = (values: Float64Array, wanted: (at: number, k: number) => number) =>
  Math.max(...x.map((at, k) => (k === 0 || k === 800 ? 0 : Math.abs((values[k] as number) - wanted(at, k)))));

test('the score of the noised data', () => {
  const { guidance: drawn, testedGuidance } = withField(curves, state('score', 'ddim'), TIME);
  // Of a symmetric pair: (u tanh(u x / v) - x) / v.
  expect(worst(drawn, (at) => (u * Math.tanh((u * at) / variance) - at) / variance)).toBeLessThan(1e-4);
  expect(testedGuidance).toBe(drawn);
});

test('the drift under exact guidance at scale 1 is that of the class alone, twice its score in an SDE', () => {
  for (const [sampler, factor] of [
    ['heun', 1],
    ['ddpm', 2],
  ] as const) {
    const { guidance: drawn, testedGuidance } = withField(curves, state('drift', sampler), TIME);
    expect(worst(drawn, (at) => at + (factor * (u - at)) / variance)).toBeLessThan(1e-4);
    expect(worst(testedGuidance, (at, k) => at + factor * ((u - at) / variance + Math.sin(k)))).toBeLessThan(1e-4);
  }
});

test('a larger scale counts in its interval only, and fades where the class is sure', () => {
  const drawn = (more: object) => withField(curves, state('drift', 'ddim', { gamma: 3, ...more }), TIME).guidance;
  const plain = drawn({ from: 0.6 });
  expect(worst(plain, (at) => at + (u - at) / variance)).toBeLessThan(1e-4);
  expect(worst(drawn({}), (_, k) => (plain[k] as number) + 2 * (guidance[k] as number))).toBeLessThan(1e-12);
  const fading = (_: number, k: number) =>
    (plain[k] as number) + 2 * (1 - (posterior[k] as number)) ** 1.5 * (guidance[k] as number);
  expect(worst(drawn({ adaptive: 1.5 }), fading)).toBeLessThan(1e-12);
});

test('any other field leaves the curves as they are', () => {
  expect(withField(curves, state('tested', 'ddim'), TIME)).toBe(curves);
});
