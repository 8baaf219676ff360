import { expect, test } from 'vitest';
import { pretty } from '../export/quantity';
import type { Theme } from '../painter/theme';
import type { About, Check, Row } from '../workers/sweep-protocol';
import { panelsOf, plotOf, predictedText, rich, tableOf } from './plots';

const about: About = {
  name: 'x',
  title: 'X',
  claim: 'X.',
  source: 'ours',
  axis: { name: 'n', unit: 'rad per length', log: true },
  series: [
    { name: 'KL, a = 1/n', unit: 'nats', log: true },
    { name: 'error', unit: '1/length^2', log: true },
    { name: 'KL, a = n^-1/2', unit: 'nats', log: true },
    { name: 'KL, other scale', unit: 'nats', log: false },
  ],
};
const exact = (estimate: number) => ({ estimate, standardError: 0 });
const rows: Row[] = [8, 16, 32].map((x) => ({
  x,
  values: [exact(x ** -2), { estimate: 0.1, standardError: 0.01 }, exact(1 / x), exact(1)],
}));
const lanes = { tested: '#a', exact: '#b', unguided: '#c', conditional: '#d', corrected: '#e' };
const theme = { lanes, laneText: lanes, ink: '#e', soft: '#f', paper: '#0', hairline: '#1', shade: '#2' } as Theme;

test('words as they are written by hand', () => {
  expect(pretty('W_1 falls as n^-2, a = n^-1/2, n^-2.00, 1/length^2, d sqrt KL, at -3')).toBe(
    'W₁ falls as n⁻², a = 1/√n, n^−2.00, 1/length², d √KL, at −3',
  );
  expect(pretty('as n^-0.00 and 3e-5 of w (1 - p), -0.005, at -0.50')).toBe(
    'as n^0.00 and 3 × 10⁻⁵ of w (1 − p), −0.005, at −0.50',
  );
  expect(pretty('p(x)p(c|x)^w')).toBe('p(x)p(c|x)^w');
  expect(pretty('e^2t, lambda sigma^2/h at gamma = 1')).toBe('e^2t, λ σ^2/h at γ = 1');
});

test('what is expected is a number or a range, which may be open', () => {
  const words = (predicted: unknown) => predictedText({ predicted } as Check);
  expect([0.5, [-1, 0.8], [1, null], [1, Number.POSITIVE_INFINITY], [null, 2]].map(words)).toEqual([
    '0.5',
    '−1 to 0.8',
    'at least 1',
    'at least 1',
    'at most 2',
  ]);
});

test('exponents are raised, indices lowered', () => {
  const marked = (words: string) =>
    rich(words)
      .map((part) => (typeof part === 'string' ? part : part.strings.join(String(part.values[0]))))
      .join('');
  expect(marked('as e^2t, e^(n^2 s^2), a^(1+w) b^-w and 1/pi_c')).toBe(
    'as e<sup>2t</sup>, e<sup>n² s²</sup>, a<sup>1+w</sup> b<sup>−w</sup> and 1/π<sub>c</sub>',
  );
});

test('series share a panel by name, unit and scale', () => {
  expect(panelsOf(about).map(({ title, series, labels }) => [title, series, labels])).toEqual([
    ['KL', [0, 2], ['a = 1/n', 'a = n^-1/2']],
    ['error', [1], ['error']],
    ['KL', [3], ['other scale']],
  ]);
});

test('a predicted slope is drawn through the middle of the points, with both slopes in words', () => {
  const [panel] = panelsOf(about);
  const line = { slope: exact(-2.0004), intercept: exact(0) };
  const plot = plotOf(
    about,
    panel!,
    rows,
    [{ series: 0, line }],
    [{ kind: 'power', series: 0, slope: -2, from: 0 }],
    theme,
  );
  expect(plot.series[0]?.label).toBe('a = 1/n: slope −2.00, predicted −2');
  const drawn = plot.series.find((series) => series.guide);
  expect(drawn?.points.map(({ x }) => x)).toEqual([8, 32]);
  for (const { x, y } of drawn?.points ?? []) expect(y / x ** -2).toBeCloseTo(1, 10);
});

test('the table has errors where there are any, and every digit', () => {
  const table = tableOf(about, rows);
  expect(table.columns.map(({ estimator }) => estimator)).toEqual([
    undefined,
    'exact, by quadrature',
    'estimate from particles',
    'standard error',
    'exact, by quadrature',
    'exact, by quadrature',
  ]);
  expect(table.rows[0]).toEqual([8, 1 / 64, 0.1, 0.01, 1 / 8, 1]);
});
