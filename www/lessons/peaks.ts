/** How many peaks the density of the noised data has, on a line, at a time. */
import type { Component } from '../workers/protocol';

/** Widths beyond the outermost means, and points in the width of the narrowest component. */
const REACH = 4;
const FINENESS = 20;
const MOST_POINTS = 20_000;

/** NaN in the plane, where peaks are not counted. */
export function peaksAt(mixture: readonly Component[], time: number): number {
  if (!Number.isFinite(time) || mixture.some(({ mean }) => mean.length !== 1)) return Number.NaN;
  const u = Math.exp(-time);
  const parts = mixture.map(({ weight, mean, covariance }) => {
    const variance = u * u * (covariance[0]?.[0] as number) + 1 - u * u;
    return { centre: u * (mean[0] as number), deviation: Math.sqrt(variance), weight };
  });
  const density = (x: number) =>
    parts.reduce(
      (sum, { centre, deviation, weight }) =>
        sum + (weight / deviation) * Math.exp(-0.5 * ((x - centre) / deviation) ** 2),
      0,
    );
  const from = Math.min(...parts.map(({ centre, deviation }) => centre - REACH * deviation));
  const to = Math.max(...parts.map(({ centre, deviation }) => centre + REACH * deviation));
  const narrowest = Math.min(...parts.map(({ deviation }) => deviation));
  const count = Math.min(MOST_POINTS, Math.ceil((FINENESS * (to - from)) / narrowest));
  let peaks = 0;
  let rising = true;
  let last = density(from);
  for (let k = 1; k <= count; k += 1) {
    const value = density(from + ((to - from) * k) / count);
    if (rising && value < last) peaks += 1;
    rising = value > last || (value === last && rising);
    last = value;
  }
  return peaks;
}
