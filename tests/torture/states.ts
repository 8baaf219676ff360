/** States and patches as strangers write them: mostly valid, at the ends of the ranges, and otherwise anything. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { text } from '../web/hostile';

/** The fields with their ranges and choices, from the table of docs/state.md, which is tested against the code. */
const rows = readFileSync(new URL('../../docs/state.md', import.meta.url), 'utf8').matchAll(
  /^\| `([a-z.A-Z]+)` \| (number|integer|choice|flag) \| (.*?) \|/gm,
);

const anything = fc.oneof(text, fc.jsonValue(), fc.constantFrom(null, -1, 1e308, '', [], {}, 'NaN', true));

const fields = [...rows]
  .filter(([, path]) => path !== 'version')
  .map(([, path = '', kind, range = '']) => {
    const [min = 0, max = 0] = range.split(' to ').map(Number);
    const top = path === 'particles' ? 3000 : path === 'process.steps' ? 60 : max;
    const valid =
      kind === 'choice'
        ? fc.constantFrom(...[...range.matchAll(/`([^`]+)`/g)].map(([, name]) => name))
        : kind === 'flag'
          ? fc.boolean()
          : kind === 'integer'
            ? fc.integer({ min, max: top })
            : fc.oneof(fc.double({ min, max: top, noNaN: true }), fc.constantFrom(min, top, Math.min(top, 1)));
    const value = fc.oneof(
      { weight: 12, arbitrary: valid as fc.Arbitrary<unknown> },
      { weight: 1, arbitrary: anything },
    );
    return value.map((value) => [path, value] as const);
  });

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

/** Pairs of a path and a value; a mixture comes with a target that it has. */
export const changes: fc.Arbitrary<(readonly [string, unknown])[]> = fc
  .tuple(
    fc.option(mixture, { freq: 2 }),
    fc.array(fc.oneof(...fields), { minLength: 1, maxLength: 6 }),
    fc.option(fc.tuple(fc.constantFrom('labels', 'mixture', 'compare', 'view', 'nonsense'), anything), { freq: 12 }),
    fc.option(fc.array(fc.oneof(fc.string({ maxLength: 8 }), text), { maxLength: 8 }), { freq: 6 }),
  )
  .map(([components, others, odd, labels]) => [
    ...(components ? [['mixture', components] as const, ['guidance.target', components[0]?.class] as const] : []),
    ...others,
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
