/** States and patches as strangers write them: mostly valid, at the ends of the ranges, and otherwise anything. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { text } from '../web/hostile';

/** The fields with their ranges and choices, from the table of docs/state.md, which is tested against the code. */
const rows = readFileSync(new URL('../../docs/state.md', import.meta.url), 'utf8').matchAll(
  /^\| `([a-z.A-Z]+)` \| (number|integer|choice|flag) \| (.*?) \|/gm,
);

const anything = fc.oneof(text, fc.jsonValue(), fc.constantFrom(null, -1, 1e308, '', [], {}, 'NaN', true));

/** The fields of each kind of classifier. */
const KINDS = {
  exact: [],
  wiggle: ['form', 'frequency', 'amplitude.law', 'amplitude.scale', 'smoothing'],
  tempered: ['sharpness', 'bias'],
  mistimed: ['shift'],
  'label-smoothing': ['epsilon'],
  'noise-blind': ['time', 'input'],
  denoised: ['jacobian'],
};

/** What needs another field to be as it is. */
const BOUND = ['version', 'guidance.target', 'guidance.from', 'guidance.to', 'process.grid', 'classifier.kind'];

const fields = new Map(
  [...rows].map(([, path = '', kind, range = '']) => {
    const [min = 0, max = 0] = range.split(' to ').map(Number);
    const top = path === 'particles' ? 3000 : path === 'process.steps' ? 60 : path === 'classifier.time' ? 0.1 : max;
    const bottom = path === 'process.horizon' ? 1.1 : min;
    const valid =
      kind === 'choice'
        ? fc.constantFrom(...[...range.matchAll(/`([^`]+)`/g)].map(([, name]) => name))
        : kind === 'flag'
          ? fc.boolean()
          : kind === 'integer'
            ? fc.integer({ min: bottom, max: top })
            : fc.oneof(
                fc.double({ min: bottom, max: top, noNaN: true }),
                fc.constantFrom(bottom, top, Math.max(bottom, Math.min(top, 1))),
              );
    const odd = fc.oneof(anything, fc.constantFrom(min, max, min - 1, max + 1));
    const value = fc.oneof({ weight: 60, arbitrary: valid as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: odd });
    return [path, value.map((value) => [path, value] as const)] as const;
  }),
);

const free = [...fields]
  .filter(([path]) => !path.startsWith('classifier.') && !BOUND.includes(path))
  .map(([, each]) => each);
const bound = BOUND.flatMap((path) => fields.get(path) ?? []);

/** Once in so many times. */
const rarely = <T>(times: number, values: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: values });

/** A kind of classifier with some of its fields. */
const classifier = fc
  .constantFrom(...Object.entries(KINDS))
  .chain(([kind, own]) =>
    fc
      .tuple(...own.flatMap((name) => fields.get(`classifier.${name}`) ?? []).map((each) => fc.option(each)))
      .map((pairs) => [['classifier.kind', kind] as const, ...pairs.filter((pair) => pair !== null)]),
  );

const log = (min: number, max: number) =>
  fc.double({ min: Math.log(min), max: Math.log(max), noNaN: true }).map((value) => Math.exp(value));
const mean = fc.oneof(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -20, max: 20, noNaN: true }));
const one = fc.tuple(log(1e-4, 100), mean).map(([variance, x]) => ({ mean: [x], covariance: [[variance]] }));
const two = fc
  .tuple(log(1.1e-4, 90), log(1.1e-4, 90), fc.double({ min: 0, max: Math.PI, noNaN: true }), mean, mean)
  .map(([a, b, angle, x, y]) => {
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const off = (a - b) * c * s;
    return {
      mean: [x, y],
      covariance: [
        [a * c * c + b * s * s, off],
        [off, a * s * s + b * c * c],
      ],
    };
  });
const mixture = fc
  .oneof(fc.array(one, { minLength: 1, maxLength: 16 }), fc.array(two, { minLength: 1, maxLength: 16 }))
  .chain((components) =>
    fc
      .array(fc.tuple(log(1e-3, 10), fc.integer({ min: 0, max: 7 })), {
        minLength: components.length,
        maxLength: components.length,
      })
      .map((others) => components.map((each, k) => ({ ...each, weight: others[k]?.[0], class: others[k]?.[1] }))),
  );

/** What is learned is soon learned. */
const soon = ([path, value]: readonly [string, unknown]): (readonly [string, unknown])[] => {
  const [part] = path.split('.');
  if (!path.endsWith('.kind') || value !== 'learned') return [];
  const weaker = part === 'score' ? [['score.weaker.steps', 20] as const] : [];
  return [[`${part}.recipe.hidden`, [8]], [`${part}.recipe.steps`, 20], ...weaker];
};

/** Pairs of a path and a value; a mixture comes with a target that it has. */
export const changes: fc.Arbitrary<(readonly [string, unknown])[]> = fc
  .tuple(
    rarely(2, mixture),
    fc
      .tuple(
        fc.array(fc.oneof(...free), { minLength: 1, maxLength: 6 }),
        rarely(2, classifier),
        rarely(20, fc.oneof(...bound)),
      )
      .map(([pairs, kind, other]) => [...pairs, ...(kind ?? []), ...(other ? [other] : [])]),
    rarely(20, fc.tuple(fc.constantFrom('labels', 'mixture', 'compare', 'view', 'nonsense'), anything)),
    rarely(8, fc.array(fc.oneof(fc.string({ maxLength: 8 }), text), { maxLength: 8 })),
  )
  .map(([components, others, odd, labels]) => [
    ...(components ? [['mixture', components] as const, ['guidance.target', components[0]?.class] as const] : []),
    ...others.flatMap((pair) => [pair, ...soon(pair)]),
    ...(labels ? [['labels', labels] as const] : []),
    ...(odd ? [odd] : []),
  ]);

/** As a patch. */
export function patchOf(pairs: (readonly [string, unknown])[]): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const [path, value] of pairs) {
    const keys = path.split('.');
    const last = keys.pop() as string;
    let inner = patch;
    for (const key of keys) {
      if (typeof inner[key] !== 'object' || inner[key] === null) inner[key] = {};
      inner = inner[key] as Record<string, unknown>;
    }
    inner[last] = value;
  }
  return patch;
}

export const patches = changes.map(patchOf);
