/**
 * The expression by which a lesson's check judges a measurement:
 *
 *     conditionalKl < 1e-4 and guidanceMse > 0.05
 *     atEnd and tested.meanReciprocal + 3 * tested.meanReciprocal.error < 1.6
 *
 * Numbers, names, + - * /, abs() and sqrt(), peaks() of a time, comparisons (also chained: 0.9 < x < 1.1),
 * `and`, `or`, `not`, parentheses. Types are checked when it is read. A value that is not there (a lane that
 * does not run, a NaN) makes the whole check fail; nothing is ever true for want of a number.
 *
 * What an option of a question claims is such an expression too; it may also say `before.NAME`, the value
 * when the step opened. Where the figure shows pictures there are names of their own.
 */
import { t } from '../words';
import type { Estimate, LaneName, Measurement, State } from '../workers/protocol';
import { peaksAt } from './peaks';

const EXACT = ['conditionalKl', 'guidanceMse', 'guidanceMseJoint', 'guidanceNorm'] as const;
const LANES: readonly LaneName[] = ['tested', 'exact', 'unguided', 'conditional', 'corrected'];
const ESTIMATES = ['samplingKl', 'meanReciprocal', 'meanLogProbability', 'fractionImproved'] as const;

/** Every name that a check may use, and whether its value is measured. */
export const NAMES: ReadonlyMap<string, { measured: boolean }> = new Map([
  ...EXACT.map((name) => [name, { measured: true }] as const),
  ['guidanceShare', { measured: true }] as const,
  ['guidanceRatio', { measured: true }] as const,
  ['guidanceSize', { measured: true }] as const,
  ['peaks', { measured: true }] as const,
  ...LANES.flatMap((lane) => [
    ...ESTIMATES.flatMap((name) => [
      [`${lane}.${name}`, { measured: true }] as const,
      [`${lane}.${name}.error`, { measured: true }] as const,
    ]),
    [`${lane}.mean`, { measured: true }] as const,
    [`${lane}.variance`, { measured: true }] as const,
  ]),
  ['time', { measured: false }],
  ['step', { measured: false }],
  ['gamma', { measured: false }],
  ['steps', { measured: false }],
  ['frequency', { measured: false }],
]);
/** The exact readouts that are estimated where the figure shows pictures. */
const ESTIMATED = ['conditionalKl', 'guidanceMse', 'guidanceNorm'] as const;
const PICTURE_LANES = ['tested', 'exact'] as const;
/** What is measured of many pictures of a lane. */
const OF_PICTURES = [
  'meanReciprocal',
  'meanLogProbability',
  'fractionImproved',
  'distance',
  'components',
  'ruined',
] as const;

/** Every name where the figure shows pictures. */
export const PICTURE_NAMES: typeof NAMES = new Map<string, { measured: boolean }>([
  ...[...ESTIMATED, 'accuracy', ...PICTURE_LANES.flatMap((lane) => OF_PICTURES.map((name) => `${lane}.${name}`))]
    .flatMap((name) => [name, `${name}.error`])
    .concat('guidanceShare', 'guidanceRatio', 'guidanceSize')
    .map((name) => [name, { measured: true }] as const),
  ['gamma', { measured: false }],
  ['steps', { measured: false }],
]);

/** What was measured of pictures, by the names of a check. */
export interface PictureMeasurement {
  /** At which the exact readouts are taken. */
  time: number;
  /** How many were drawn of each lane. */
  pictures: number;
  values: Readonly<Record<string, Estimate>>;
}

/** True at the end of the run: the only name that is a yes or no. */
const AT_END = 'atEnd';
/** In front of a measured name: its value when the step opened. */
const BEFORE = 'before.';

export interface Situation<Measured = Measurement | PictureMeasurement> {
  measurement: Measured;
  state: State;
  /** The same when the step opened, where it is known. */
  before?: { measurement: Measured; state: State };
}

function valueOfPictures(name: string, { values }: PictureMeasurement): number {
  const of = (key: string) => values[key]?.estimate ?? Number.NaN;
  if (name === 'guidanceShare') return of('guidanceMse') / of('guidanceNorm');
  if (name === 'guidanceRatio') return Math.sqrt(of('guidanceMse') / of('guidanceNorm'));
  if (name === 'guidanceSize') return Math.sqrt(of('guidanceNorm'));
  const [, plain] = /^(.*)\.error$/.exec(name) ?? [];
  return plain === undefined ? of(name) : (values[plain]?.standardError ?? Number.NaN);
}

/** The value of a name; NaN where there is none. */
export function valueNamed(name: string, { measurement, state, before }: Situation): number {
  if (name.startsWith(BEFORE)) return before ? valueNamed(name.slice(BEFORE.length), before) : Number.NaN;
  if (name === 'gamma') return state.guidance.gamma;
  if (name === 'steps') return state.process.steps;
  if ('values' in measurement) return valueOfPictures(name, measurement);
  if (name === 'peaks') return peaksAt(state.mixture, measurement.time);
  if (name === 'time') return measurement.time;
  if (name === 'step') return measurement.step;
  if (name === 'frequency') return state.classifier.kind === 'wiggle' ? state.classifier.frequency : Number.NaN;
  if (name === 'guidanceRatio') return Math.sqrt(measurement.guidanceMse / measurement.guidanceNorm);
  if (name === 'guidanceSize') return Math.sqrt(measurement.guidanceNorm);
  if (name === 'guidanceShare') return measurement.guidanceMse / measurement.guidanceNorm;
  const [head, key, part] = name.split('.') as [string, string | undefined, string | undefined];
  if (key === undefined) return measurement[head as (typeof EXACT)[number]];
  const lane = measurement.lanes[head as LaneName];
  if (!lane) return Number.NaN;
  if (key === 'mean') return lane.mean[0] ?? Number.NaN;
  if (key === 'variance') return lane.covariance[0]?.[0] ?? Number.NaN;
  const estimate: Estimate | null = lane[key as (typeof ESTIMATES)[number]];
  if (!estimate) return Number.NaN;
  return part === 'error' ? estimate.standardError : estimate.estimate;
}

type Kind = 'number' | 'truth';

/** A comparison of the check, as it came out. */
export interface Finding {
  /** Its text in the lesson. */
  source: string;
  /** The names in it with their values, each once. */
  values: [string, number][];
  met: boolean;
}

export interface Outcome {
  met: boolean;
  findings: Finding[];
}

interface Node {
  kind: Kind;
  evaluate(situation: Situation): number | boolean;
}

export interface Check {
  source: string;
  names: ReadonlySet<string>;
  evaluate(situation: Situation): Outcome;
}

export class CheckError extends Error {}

interface Token {
  text: string;
  at: number;
}

const TOKEN = /\s*(?:(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|([A-Za-z][\w.]*)|(<=|>=|==|!=|[-+*/()<>]))/iy;

function tokens(source: string): Token[] {
  const found: Token[] = [];
  const pattern = new RegExp(TOKEN);
  while (source.slice(pattern.lastIndex).trim() !== '') {
    const from = pattern.lastIndex;
    const match = pattern.exec(source);
    if (!match) throw new CheckError(t('“{text}” is not understood', { text: source.slice(from).trim().slice(0, 12) }));
    const text = match[0].trim();
    found.push({ text, at: pattern.lastIndex - text.length });
  }
  return found;
}

const COMPARE: Record<string, (a: number, b: number) => boolean> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};
const ARITHMETIC: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};
const FUNCTIONS: Record<string, (x: number, situation: Situation) => number> = {
  abs: Math.abs,
  sqrt: Math.sqrt,
  peaks: (time, { state }) => peaksAt(state.mixture, time),
};
const DEEPEST = 40;

/** Reads a check, or a claim, which may look back; throws a `CheckError` in words. */
export function parseCheck(source: string, { looksBack = false, pictures = false } = {}): Check {
  const known = pictures ? PICTURE_NAMES : NAMES;
  if (source.length > 500) throw new CheckError(t('a check has at most 500 characters'));
  const list = tokens(source);
  const names = new Set<string>();
  const comparisons: { source: string; names: string[]; node: Node }[] = [];
  let position = 0;
  let depth = 0;

  const peek = () => list[position]?.text;
  const take = (text: string) => {
    if (peek() !== text) return false;
    position += 1;
    return true;
  };
  const need = (node: Node, kind: Kind, where: string): Node => {
    if (node.kind === kind) return node;
    throw new CheckError(
      kind === 'number' ? t('{where} needs a number', { where }) : t('{where} needs a comparison', { where }),
    );
  };
  const chain = (next: () => Node, word: 'and' | 'or'): Node => {
    let node = next();
    while (peek()?.toLowerCase() === word) {
      position += 1;
      const left = need(node, 'truth', `“${word}”`);
      const right = need(next(), 'truth', `“${word}”`);
      node = {
        kind: 'truth',
        evaluate: (situation) =>
          word === 'and'
            ? Boolean(left.evaluate(situation)) && Boolean(right.evaluate(situation))
            : Boolean(left.evaluate(situation)) || Boolean(right.evaluate(situation)),
      };
    }
    return node;
  };
  const either = (): Node => chain(both, 'or');
  const both = (): Node => chain(negation, 'and');
  const negation = (): Node => {
    if (peek()?.toLowerCase() !== 'not') return comparison();
    position += 1;
    nest();
    const node = need(negation(), 'truth', '“not”');
    depth -= 1;
    return { kind: 'truth', evaluate: (situation) => !node.evaluate(situation) };
  };
  const comparison = (): Node => {
    const from = list[position]?.at ?? source.length;
    const before = new Set(used);
    used.clear();
    const terms = [sum()];
    const signs: string[] = [];
    while (peek() !== undefined && Object.hasOwn(COMPARE, peek() as string)) {
      signs.push(peek() as string);
      position += 1;
      terms.push(sum());
    }
    const inside = [...used];
    for (const name of before) used.add(name);
    if (signs.length === 0) return terms[0] as Node;
    for (const term of terms) need(term, 'number', `“${signs[0]}”`);
    const node: Node = {
      kind: 'truth',
      evaluate: (situation) => {
        const values = terms.map((term) => term.evaluate(situation) as number);
        return signs.every((sign, k) => COMPARE[sign]?.(values[k] as number, values[k + 1] as number));
      },
    };
    const last = list[position - 1] as Token;
    comparisons.push({ source: source.slice(from, last.at + last.text.length), names: inside, node });
    return node;
  };
  const used = new Set<string>();
  const arithmetic = (next: () => Node, signs: string[]): Node => {
    let node = next();
    while (signs.includes(peek() ?? '')) {
      const sign = peek() as string;
      position += 1;
      const left = need(node, 'number', `“${sign}”`);
      const right = need(next(), 'number', `“${sign}”`);
      const apply = ARITHMETIC[sign] as (a: number, b: number) => number;
      node = {
        kind: 'number',
        evaluate: (situation) => apply(left.evaluate(situation) as number, right.evaluate(situation) as number),
      };
    }
    return node;
  };
  const sum = (): Node => arithmetic(product, ['+', '-']);
  const product = (): Node => arithmetic(factor, ['*', '/']);
  const nest = () => {
    depth += 1;
    if (depth > DEEPEST) throw new CheckError(t('it is nested too deeply'));
  };
  const factor = (): Node => {
    const token = list[position];
    if (!token) throw new CheckError(t('it ends too early'));
    position += 1;
    if (token.text === '-') {
      nest();
      const node = need(factor(), 'number', '“-”');
      depth -= 1;
      return { kind: 'number', evaluate: (situation) => -(node.evaluate(situation) as number) };
    }
    if (token.text === '(') {
      nest();
      const node = either();
      depth -= 1;
      if (!take(')')) throw new CheckError(t('a “)” is missing'));
      return node;
    }
    if (/^[\d.]/.test(token.text)) {
      const value = Number(token.text);
      return { kind: 'number', evaluate: () => value };
    }
    const name = token.text;
    if (Object.hasOwn(FUNCTIONS, name) && !(pictures && name === 'peaks') && take('(')) {
      nest();
      const node = need(either(), 'number', `“${name}”`);
      depth -= 1;
      if (!take(')')) throw new CheckError(t('a “)” is missing'));
      // Without the number of peaks at the present time there is none at another.
      if (name === 'peaks') names.add(name);
      const apply = FUNCTIONS[name] as (typeof FUNCTIONS)[string];
      return { kind: 'number', evaluate: (situation) => apply(node.evaluate(situation) as number, situation) };
    }
    if (name === AT_END && !pictures) {
      const node: Node = {
        kind: 'truth',
        evaluate: ({ measurement, state }) => 'step' in measurement && measurement.step >= state.process.steps,
      };
      comparisons.push({ source: name, names: [], node });
      return node;
    }
    const plain = looksBack && name.startsWith(BEFORE) ? name.slice(BEFORE.length) : name;
    if (!known.has(plain)) {
      throw new CheckError(
        /^[A-Za-z]/.test(name)
          ? t('there is no readout “{name}”', { name })
          : t('“{name}” stands where a number should', { name }),
      );
    }
    names.add(name);
    used.add(name);
    return { kind: 'number', evaluate: (situation) => valueNamed(name, situation) };
  };

  const root = need(either(), 'truth', t('A check'));
  const rest = list[position];
  if (rest) throw new CheckError(t('“{name}” stands where the check should end', { name: rest.text }));
  if (![...names].some((name) => known.get(name.replace(BEFORE, ''))?.measured)) {
    throw new CheckError(t('it uses no measured number, so it would check nothing'));
  }
  return {
    source,
    names,
    evaluate(situation) {
      const findings = comparisons.map((each) => {
        const values = each.names.map((name) => [name, valueNamed(name, situation)] as [string, number]);
        const known = values.every(([, value]) => Number.isFinite(value));
        return { source: each.source, values, met: known && Boolean(each.node.evaluate(situation)) };
      });
      const known = [...names].every((name) => Number.isFinite(valueNamed(name, situation)));
      return { met: known && Boolean(root.evaluate(situation)), findings };
    },
  };
}
