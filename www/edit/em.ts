/**
 * A Gaussian mixture fitted to labelled points. Each class by itself, by expectation maximisation
 * (Dempster, Laird and Rubin 1977) from k-means++ starts (Arthur and Vassilvitskii 2007); the number of
 * components by the Bayesian information criterion, BIC = p log n - 2 log L (Schwarz 1978). Variances
 * have a floor, so that no component falls onto a point.
 */
import type { Component } from '../workers/protocol';
import { fault, type Points } from './csv';

/** Components of one class, at most. */
const MOST_OF_CLASS = 5;
/** Components of the whole, at most: the limit of the state. */
const MOST = 16;
const STARTS = 3;
const ROUNDS = 200;
/** The smallest variance, as a share of the variance of all points, and by itself. */
const FLOOR_SHARE = 1e-3;
const FLOOR = 2e-4;
/** Points further out than this are scaled; the state's means end at 20. */
const FAR = 8;

export interface Part {
  weight: number;
  mean: number[];
  /** c11 in 1D; c11, c12, c22 in 2D. */
  covariance: number[];
}

export interface Fit {
  parts: Part[];
  logLikelihood: number;
  bic: number;
}

export interface Fitted {
  mixture: Component[];
  /** What was done, in sentences. */
  notes: string[];
  points: number;
}

/** Small, seeded, good enough to choose starting points: mulberry32. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function squared(values: Float64Array, d: number, at: number, mean: readonly number[]): number {
  let sum = 0;
  for (let axis = 0; axis < d; axis += 1) sum += ((values[at * d + axis] as number) - (mean[axis] as number)) ** 2;
  return sum;
}

/** `k` points, each chosen with probability proportional to its squared distance from those before. */
function seeds(values: Float64Array, d: number, k: number, next: () => number): number[][] {
  const n = values.length / d;
  const point = (at: number) => Array.from(values.subarray(at * d, (at + 1) * d));
  const chosen = [point(Math.floor(next() * n))];
  const nearest = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  while (chosen.length < k) {
    let sum = 0;
    for (let at = 0; at < n; at += 1) {
      nearest[at] = Math.min(nearest[at] as number, squared(values, d, at, chosen[chosen.length - 1] as number[]));
      sum += nearest[at] as number;
    }
    let left = next() * sum;
    let at = 0;
    while (at < n - 1 && left >= (nearest[at] as number)) {
      left -= nearest[at] as number;
      at += 1;
    }
    chosen.push(point(at));
  }
  return chosen;
}

/** Raises the eigenvalues of a covariance to the floor. */
export function floored(covariance: number[], floor: number): number[] {
  const [a, b, c] = covariance as [number, number, number];
  if (covariance.length === 1) return [Math.max(a, floor)];
  const middle = (a + c) / 2;
  const half = Math.hypot((a - c) / 2, b);
  if (middle - half >= floor) return covariance;
  const [large, small] = [Math.max(middle + half, floor), floor];
  // The projector on the first axis: (C - l2 I) / (l1 - l2).
  if (half < 1e-300) return [large, 0, large];
  const p = [(a - middle + half) / (2 * half), b / (2 * half), (c - middle + half) / (2 * half)] as const;
  return [small + (large - small) * p[0], (large - small) * p[1], small + (large - small) * p[2]];
}

/** The moments of the points with weights `r[at * k + part]`. */
function moments(values: Float64Array, d: number, r: Float64Array, k: number, part: number, floor: number): Part {
  const n = values.length / d;
  let total = 0;
  const mean = new Array<number>(d).fill(0);
  for (let at = 0; at < n; at += 1) {
    const weight = r[at * k + part] as number;
    total += weight;
    for (let axis = 0; axis < d; axis += 1)
      mean[axis] = (mean[axis] as number) + weight * (values[at * d + axis] as number);
  }
  const mass = Math.max(total, 1e-12);
  for (let axis = 0; axis < d; axis += 1) mean[axis] = (mean[axis] as number) / mass;
  const covariance = d === 1 ? [0] : [0, 0, 0];
  for (let at = 0; at < n; at += 1) {
    const weight = r[at * k + part] as number;
    const x = (values[at * d] as number) - (mean[0] as number);
    covariance[0] = (covariance[0] as number) + weight * x * x;
    if (d === 2) {
      const y = (values[at * d + 1] as number) - (mean[1] as number);
      covariance[1] = (covariance[1] as number) + weight * x * y;
      covariance[2] = (covariance[2] as number) + weight * y * y;
    }
  }
  return {
    weight: total / n,
    mean,
    covariance: floored(
      covariance.map((value) => value / mass),
      floor,
    ),
  };
}

/** `log (weight N(x; mean, covariance))` as a quadratic form. */
function logTerm({ weight, mean, covariance }: Part): (x: number, y: number) => number {
  const [a, b = 0, c = 1] = covariance as [number, number?, number?];
  const [m0, m1 = 0] = mean as [number, number?];
  if (covariance.length === 1) {
    const offset = Math.log(weight) - 0.5 * Math.log(2 * Math.PI * a);
    return (x) => offset - (0.5 * (x - m0) * (x - m0)) / a;
  }
  const determinant = a * c - b * b;
  const offset = Math.log(weight) - Math.log(2 * Math.PI) - 0.5 * Math.log(determinant);
  return (x, y) => {
    const [u, v] = [x - m0, y - m1];
    return offset - (0.5 * (c * u * u - 2 * b * u * v + a * v * v)) / determinant;
  };
}

/** One run of EM from a start. */
async function climb(
  values: Float64Array,
  d: number,
  start: number[][],
  floor: number,
  pause: () => Promise<void>,
): Promise<{ parts: Part[]; logLikelihood: number }> {
  const n = values.length / d;
  const k = start.length;
  const r = new Float64Array(n * k);
  for (let at = 0; at < n; at += 1) {
    let best = 0;
    for (let part = 1; part < k; part += 1) {
      if (squared(values, d, at, start[part] as number[]) < squared(values, d, at, start[best] as number[]))
        best = part;
    }
    r[at * k + best] = 1;
  }
  let parts: Part[] = [];
  let logLikelihood = Number.NEGATIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    parts = start.map((_, part) => moments(values, d, r, k, part, floor));
    // A component without a point keeps a trace, so that no logarithm is of 0.
    for (const part of parts) part.weight = Math.max(part.weight, 1e-9);
    const terms = parts.map(logTerm);
    let sum = 0;
    for (let at = 0; at < n; at += 1) {
      const x = values[at * d] as number;
      const y = d === 2 ? (values[at * d + 1] as number) : 0;
      let top = Number.NEGATIVE_INFINITY;
      for (let part = 0; part < k; part += 1) {
        const log = (terms[part] as (x: number, y: number) => number)(x, y);
        r[at * k + part] = log;
        if (log > top) top = log;
      }
      let total = 0;
      for (let part = 0; part < k; part += 1) {
        const value = Math.exp((r[at * k + part] as number) - top);
        r[at * k + part] = value;
        total += value;
      }
      for (let part = 0; part < k; part += 1) r[at * k + part] = (r[at * k + part] as number) / total;
      sum += top + Math.log(total);
    }
    await pause();
    const done = sum - logLikelihood < 1e-6 * n;
    logLikelihood = sum;
    if (done) break;
  }
  return { parts, logLikelihood };
}

/** The free numbers of a mixture of `k` Gaussians in `d` dimensions. */
export function freedom(k: number, d: number): number {
  return k - 1 + k * d + (k * d * (d + 1)) / 2;
}

/** The mixture of 1 to `most` Gaussians with the least BIC. */
export async function fitClass(
  values: Float64Array,
  d: number,
  most: number,
  floor: number,
  pause: () => Promise<void> = async () => {},
): Promise<Fit> {
  const n = values.length / d;
  const next = random(1);
  let best: Fit | null = null;
  for (let k = 1; k <= most && freedom(k, d) < n; k += 1) {
    let found: { parts: Part[]; logLikelihood: number } | null = null;
    for (let start = 0; start < (k === 1 ? 1 : STARTS); start += 1) {
      const run = await climb(values, d, seeds(values, d, k, next), floor, pause);
      if (!found || run.logLikelihood > found.logLikelihood) found = run;
    }
    if (!found) break;
    const bic = freedom(k, d) * Math.log(n) - 2 * found.logLikelihood;
    if (!best || bic < best.bic) best = { ...found, bic };
  }
  if (best) return best;
  // Too few points for a count of freedoms: one Gaussian, held by the floor.
  const only = moments(values, d, new Float64Array(n).fill(1), 1, 0, floor);
  return { parts: [only], logLikelihood: Number.NaN, bic: Number.NaN };
}

/** The mixture of all classes, as components of a state. */
export async function fitPoints(points: Points, pause: () => Promise<void> = async () => {}): Promise<Fitted> {
  const { dimension: d, classes, labels } = points;
  const n = classes.length;
  const notes: string[] = [];
  let { values } = points;
  const centre = Array.from({ length: d }, (_, axis) => mean(values, d, axis));
  const spread = Math.max(...centre.map((middle, axis) => Math.sqrt(variance(values, d, axis, middle))));
  if (spread === 0) {
    throw fault('', `All ${n} points are the same point; a mixture needs points that differ.`, 'inconsistent');
  }
  if (values.some((value) => Math.abs(value) > FAR) || spread < 0.1) {
    const unit = Number((spread / 1.5).toPrecision(3));
    const origin = centre.map((value) => Number(value.toPrecision(3)));
    values = values.map((value, k) => (value - (origin[k % d] as number)) / unit);
    notes.push(`Moved by ${origin.map((value) => -value).join(', ')} and divided by ${unit}, to fit the picture.`);
  }
  const total = centre.reduce((sum, _, axis) => sum + variance(values, d, axis, mean(values, d, axis)), 0) / d;
  const floor = Math.max(FLOOR, FLOOR_SHARE * total);
  const used = [...new Set(classes)].sort((a, b) => a - b);
  const most = Math.min(MOST_OF_CLASS, Math.floor(MOST / used.length));
  const mixture: Component[] = [];
  for (const label of used) {
    const own = Float64Array.from(values.filter((_, k) => classes[Math.floor(k / d)] === label));
    const share = own.length / d / n;
    const { parts } = await fitClass(own, d, most, floor, pause);
    for (const { weight, mean, covariance } of parts) {
      if (weight < 1e-5) continue;
      const [a, b = 0, c = 0] = covariance as [number, number?, number?];
      mixture.push({
        weight: Number((share * weight).toPrecision(6)),
        mean: mean.map((value) => Number(value.toFixed(4))),
        covariance:
          d === 1
            ? [[short(a)]]
            : [
                [short(a), short(b)],
                [short(b), short(c)],
              ],
        class: label,
      });
    }
  }
  const counts = used.map((label) => {
    const count = mixture.filter((component) => component.class === label).length;
    const name = labels[label] === String(label) ? '' : ` (“${labels[label]?.slice(0, 24)}”)`;
    return `class ${label}${name}: ${count} ${count === 1 ? 'component' : 'components'}`;
  });
  notes.unshift(`Fitted to ${n.toLocaleString('en')} points; ${counts.join(', ')}, as many as BIC asks for.`);
  if (points.rows > n) {
    notes.push(
      `The text has ${points.rows.toLocaleString('en')} rows; ${n.toLocaleString('en')} of them, evenly spaced, were used.`,
    );
  }
  return { mixture, notes, points: n };
}

function short(value: number): number {
  return Number(value.toPrecision(6));
}

function mean(values: Float64Array, d: number, axis: number): number {
  let sum = 0;
  for (let k = axis; k < values.length; k += d) sum += values[k] as number;
  return (sum * d) / values.length;
}

function variance(values: Float64Array, d: number, axis: number, middle: number): number {
  let sum = 0;
  for (let k = axis; k < values.length; k += d) sum += ((values[k] as number) - middle) ** 2;
  return (sum * d) / values.length;
}
