/** The essay's text: each of its numbers against the figure that it names, and what else it promises. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { openDigits } from '../../tests/unit/digits';
import { openLab } from '../../tests/unit/in-node';
import { essay } from '../../vite.article';
import { candidateOf, lanesOf } from '../gallery/settings';
import type { Lab } from '../lab/lab';
import { drawsPictures } from '../lab/named';
import { mergeDeep } from '../lab/paths';
import { toQuery } from '../lab/permalink';
import { measurementOf } from '../lab/readouts';
import type { LaneName, Measurement, State } from '../workers/protocol';
import { type Essay, type Figure, leaves, type Quoted, stateOf } from './essay-file';
import { like, saidBy } from './printed';
import { quantity } from './quantities';

const SEEDS = [1, 2];
const PATIENCE = 240_000;
const english = essay('en');
const LANGUAGES = ['en', 'zh'].map((language) => [language, essay(language)] as const);

const labs = new Map<string, Promise<Lab>>();
afterAll(async () => {
  for (const lab of labs.values()) (await lab).release();
});

function patchOf(figure: Figure, variant: string | null): Record<string, unknown> {
  const patch = variant === null ? {} : figure.variants[variant];
  if (!patch) throw new Error(`${figure.name} has no variant ${variant}`);
  return mergeDeep(figure.state, patch);
}

/** A figure's Lab, opened as its tag opens it, with its run finished. */
function finished(figure: Figure, variant: string | null, seed = 1): Promise<Lab> {
  const query = toQuery(
    new URLSearchParams([['preset', figure.preset], ...leaves(patchOf(figure, variant)), ['seed', `${seed}`]]),
  );
  const open = async () => {
    const { lab, clock } = await openLab(query);
    const hand = setInterval(() => clock.pass(100), 1);
    // A figure that is seen does so by itself.
    if (lab.state.classifier.kind === 'learned') await lab.train.start();
    await lab.finish();
    clearInterval(hand);
    return lab;
  };
  const lab = labs.get(query) ?? open();
  labs.set(query, lab);
  return lab;
}

/** The value of a number, and the standard error that it has from its particles. */
async function valueFor(
  { figure: name, variant, quantity: what, at }: Quoted,
  seed: number,
): Promise<[number, number]> {
  const figure = english.figures.get(name);
  if (!figure) throw new Error(`there is no figure ${name}`);
  if (what.startsWith('times.')) {
    const rest = { text: '', figure: name, quantity: what.slice(6), at };
    const [[of], [to]] = [await valueFor({ ...rest, variant }, seed), await valueFor({ ...rest, variant: null }, seed)];
    return [of / to, 0];
  }
  if (isOfPictures(figure)) return ofPictures(patchOf(figure, variant), what, seed);
  const lab = await finished(figure, variant, seed);
  const { state } = lab;
  if (what === 'difference') return [await difference(lab), 0];
  if (what === 'farShare') {
    const samples = await lab.samples('tested');
    const share = samples.filter((x) => x > 1.75).length / samples.length;
    return [share, Math.sqrt((share * (1 - share)) / samples.length)];
  }
  const measurement = await measured(lab, at);
  const situation = { state, measurement };
  const value = quantity(what, situation);
  const [lane, part] = what.split('.') as [LaneName, string | undefined];
  const moments = measurement.lanes[lane];
  if (what === 'lost') return [value, 100 * (measurement.lanes.tested?.fractionImproved?.standardError ?? 0)];
  if (!moments || !part) return [value, 0];
  const variance = moments.covariance[0]?.[0] as number;
  if (part === 'mean') return [value, Math.sqrt(variance / state.particles)];
  // Of a law whose fourth moment is at most nine times that of a normal one.
  if (part === 'variance') return [value, variance * Math.sqrt(26 / state.particles)];
  return [value, quantity(`${what}.error`, situation)];
}

const isOfPictures = ({ state }: Figure): boolean => drawsPictures(state.mixture);

/** Of the row of a lane at the end: how many of its ten pictures are lost, or read as the digit that was asked for. */
async function ofPictures(patch: Record<string, unknown>, what: string, seed: number): Promise<[number, number]> {
  const { run, accuracy, base } = await openDigits();
  if (what === 'accuracy') {
    const { estimate, standardError } = await accuracy;
    return [estimate, standardError];
  }
  const [lane, quality] = what.split('.') as [LaneName, 'lost' | 'right'];
  const { candidate, target, changes } = candidateOf(new URLSearchParams(), base, { ...patch, seed });
  expect(changes).toEqual([]);
  const settings = { state: candidate as State, target };
  const labels = await run(settings, lane, lanesOf(settings));
  const count = labels.filter((label, column) => (quality === 'right' ? label === column : label > 9)).length;
  return [count, Math.sqrt((count * (10 - count)) / 10)];
}

/** What the figure's readouts are made of; the exact ones at another time, if that is asked for. */
async function measured(lab: Lab, at: number | null): Promise<Measurement> {
  const { frame } = lab.run;
  if (!frame) throw new Error('the run has no frame');
  return measurementOf(await lab.exact.measures(lab.state, at ?? frame.time), frame);
}

/** The largest difference of the probabilities of the classifier under test and the exact one, over x and the run. */
async function difference(lab: Lab): Promise<number> {
  const points = Float64Array.from({ length: 4001 }, (_, k) => -4 + k / 500);
  let largest = 0;
  for (const time of [0.01, 0.1, 0.5, 1, 2, 4, 8]) {
    const { logPosterior, testedLogPosterior } = await lab.at(points, { time });
    for (const [k, exact] of logPosterior.entries())
      largest = Math.max(largest, Math.abs(Math.exp(exact) - Math.exp(testedLogPosterior[k] as number)));
  }
  return largest;
}

describe.each(SEEDS)('seed %i', (seed) => {
  test(
    'every number of the text is that of its figure, to its last digit and its standard error',
    async () => {
      const wrong: string[] = [];
      for (const number of english.numbers) {
        const [value, error] = await valueFor(number, seed);
        const { value: said, half } = saidBy(number.text);
        if (!(Math.abs(value - said) <= half * 1.001 + 3 * error))
          wrong.push(`${number.text} (${JSON.stringify(number)}) is ${value} ± ${error}`);
      }
      expect(wrong).toEqual([]);
    },
    PATIENCE,
  );
});

test('a caption says at first what its figure shows, digit by digit', { timeout: PATIENCE }, async () => {
  const wrong: string[] = [];
  for (const { name, caption, title } of english.figures.values()) {
    for (const number of english.numbers) {
      if (number.figure !== name || number.variant !== null) continue;
      if (!`${title}${caption}`.includes(`[${number.text}](=${name}:${number.quantity}`)) continue;
      const [value] = await valueFor(number, 1);
      if (like(number.text, value) !== number.text)
        wrong.push(`${name}: ${number.text} becomes ${like(number.text, value)}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('other languages quote the same numbers of the same figures', () => {
  const sorted = ({ numbers }: Essay) => numbers.map((each) => JSON.stringify(each)).sort();
  for (const [, each] of LANGUAGES) {
    expect(sorted(each)).toEqual(sorted(english));
    expect([...each.figures.keys()]).toEqual([...english.figures.keys()]);
    const marks = ({ words }: Essay) =>
      [...words.matchAll(/\]\(((?:proved|measured|ours|lane|word):[\w-]*)\)/g)].map(([, mark]) => mark).sort();
    expect(marks(each)).toEqual(marks(english));
  }
});

test.each(LANGUAGES)(
  '%s: no other number stands in the text than those of the figures’ states and those that are given',
  { timeout: PATIENCE },
  async (_, { words }) => {
    const known = new Set(Object.keys(english.given));
    const numbersIn = (text: string) => text.match(/\d+(?:\.\d+)?/g) ?? [];
    for (const figure of english.figures.values()) {
      for (const variant of [null, ...Object.keys(figure.variants)]) {
        const state = isOfPictures(figure) ? patchOf(figure, variant) : (await finished(figure, variant)).state;
        for (const [, value] of leaves(state as never)) for (const each of numbersIn(value)) known.add(each);
      }
    }
    for (const { at } of english.numbers) if (at !== null) known.add(String(at));
    const text = (words.split('{#references}')[0] as string)
      // Numbers of figures, marks and addresses.
      .replace(/\[[^\]]*\]\((=|proved:)[^)]*\)/g, '')
      .replace(/\]\([^)]*\)/g, ']')
      .replace(/\\t?frac1?\d/g, '');
    const strangers = numbersIn(text).filter((each) => !known.has(each));
    expect(strangers).toEqual([]);
  },
);

test.each(['en', 'zh'])('%s: whose claim it is stands in every section that has a figure', (language) => {
  const sections = readFileSync(new URL(`${language}.md`, import.meta.url), 'utf8').split(/^(?=## )/m);
  const figures = sections.filter((section) => section.includes('```figure '));
  expect(figures.length).toBe(essay(language).figures.size);
  const bare = figures.filter((section) => !/\]\((proved:[\w-]+|measured:|ours:)\)/.test(section));
  expect(bare.map((section) => section.split('\n')[0])).toEqual([]);
});

test('the correlations of the study are those of its table', () => {
  const docs = readFileSync(new URL('../../docs/experiments.md', import.meta.url), 'utf8');
  const correlations = (known: string) => {
    const [, ode, sde] = new RegExp(`^\\| ${known} \\| ([\\d.]+) .*\\| ([\\d.]+) .*\\|$`, 'm').exec(docs) ?? [];
    return [ode, sde].map((value) => Number(value).toFixed(2));
  };
  const errors = correlations('guidance error, weighted by the length of the steps');
  const losses = correlations('KL, mean over the steps');
  const said = [errors[0], losses[0], errors[1], losses[1]];
  for (const [, { words }] of LANGUAGES)
    expect(/ODE[^.。]*?(0\.\d\d)\D*(0\.\d\d)\D+(0\.\d\d)\D*(0\.73)/.exec(words)?.slice(1)).toEqual(said);
});

test('every figure opens as it is written', { timeout: PATIENCE }, async () => {
  for (const figure of english.figures.values()) {
    // Those of pictures do so before each of their numbers.
    if (isOfPictures(figure)) continue;
    for (const variant of [null, ...Object.keys(figure.variants)]) {
      const lab = await finished(figure, variant);
      expect(lab.notices.list, `${figure.name} ${variant}`).toEqual([]);
      const preset = lab.presets.find(({ name }) => name === figure.preset)?.state as State;
      const whole = await lab.exact.merge(preset, patchOf(figure, variant));
      expect(lab.state, `${figure.name} ${variant}`).toEqual({ ...whole, seed: 1 });
    }
  }
});

test.each(LANGUAGES)(
  '%s: each mark leads somewhere; each figure has a control or two, its claim, and its still in words',
  (_, each) => {
    const html = each.html({ stills: (name) => name, play: '../' });
    const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    for (const [, target] of html.matchAll(/href="#([^"]+)"/g)) expect([...ids]).toContain(target);
    expect(html).not.toMatch(/\{#|\]\(|\$/);
    expect(each.figures.size).toBeGreaterThanOrEqual(8);
    expect(each.figures.size).toBeLessThanOrEqual(11);
    for (const { name, controls, alt, title } of each.figures.values()) {
      expect(controls.split(', ').length, name).toBeLessThanOrEqual(2);
      expect(alt.length, name).toBeGreaterThan(20);
      expect(title, name).toMatch(/[.。]$/);
    }
  },
);

test.each(LANGUAGES)('%s: every figure has its stills, of the state that it has', (language, { figures }) => {
  const folder = new URL('stills/', import.meta.url);
  const states = JSON.parse(readFileSync(new URL('states.json', folder), 'utf8')) as Record<string, string>;
  for (const figure of figures.values()) {
    const names = ['wide-light', 'wide-dark', 'narrow-light', 'narrow-dark'].map((each) => `${each}.webp`);
    if (figure.card.length > 0) names.push('card.jpg');
    for (const name of names)
      expect(existsSync(new URL(`${language}/${figure.name}-${name}`, folder)), name).toBe(true);
    expect(stateOf(figure), `${figure.name}: run \`npm run stills ${figure.name}\``).toBe(states[figure.name]);
  }
});

test('a number keeps its form', () => {
  expect(like('0.28', 0.27981)).toBe('0.28');
  expect(like('0.000016', 0.00012345)).toBe('0.00012');
  expect(like('0.000016', 1.234e-9)).toBe('1.2 × 10⁻⁹');
  expect(like('0.0047', 0.4651)).toBe('0.47');
  expect(like('1.00', 0.4755)).toBe('0.48');
  expect(like('0.48', -1.006)).toBe('−1.01');
  expect(like('2.0', 1.9973)).toBe('2.0');
  expect(like('12', 11.6)).toBe('12');
  expect(like('85%', 0.8454)).toBe('85%');
  expect(like('12', Number.NaN)).toBe('–');
  expect(saidBy('85%')).toEqual({ value: 0.85, half: 0.005 });
  expect(saidBy('−1.2').value).toBe(-1.2);
});
