/** What the exact readouts over a whole run say of the classifier. The first frame does not wait for it. */
import type { ExactMeasures } from '../workers/protocol';
import type { Profile } from './profile';

export interface Summary {
  /** Guidance error over guidance, both mean squares summed over the time of the run. */
  share: number;
  greatestKl: number;
  /** The time until which the error is the larger of the two; null if that is not one stretch from the start. */
  until: number | null;
  /** Error over guidance, root mean squares, at `HALF`; null if the run has no such time. */
  half: ErrorShare | null;
  /** The same where it is greatest, among the times at which there is guidance. */
  worst: ErrorShare;
}

export interface ErrorShare {
  time: number;
  share: number;
}

/** There is guidance where its mean square is this share of its greatest. */
const SOME = 0.01;

const shareOf = ({ time, guidanceMse, guidanceNorm }: ExactMeasures): ErrorShare => ({
  time,
  share: guidanceMse === 0 ? 0 : Math.sqrt(guidanceMse / guidanceNorm),
});

export function summarise(points: ExactMeasures[], half: ExactMeasures | null = null): Summary | null {
  let error = 0;
  let size = 0;
  let greatestKl = 0;
  let until: number | null = null;
  let stretches = 0;
  points.forEach((point, index) => {
    greatestKl = Math.max(greatestKl, point.conditionalKl);
    const next = points[index + 1];
    if (!next) return;
    const span = point.time - next.time;
    error += (span * (point.guidanceMse + next.guidanceMse)) / 2;
    size += (span * (point.guidanceNorm + next.guidanceNorm)) / 2;
    const from = Math.log(point.guidanceMse / point.guidanceNorm);
    const to = Math.log(next.guidanceMse / next.guidanceNorm);
    if (index === 0 && from > 0) stretches += 1;
    if (from <= 0 && to > 0) stretches += 2;
    if (from > 0 && to <= 0) until = point.time - (span * from) / (from - to);
  });
  const greatest = Math.max(...points.map(({ guidanceNorm }) => guidanceNorm));
  const worst = points
    .filter(({ guidanceNorm }) => guidanceNorm >= SOME * greatest)
    .map(shareOf)
    .reduce((most, each) => (each.share > most.share ? each : most), { time: 0, share: 0 });
  return size > 0
    ? {
        share: error / size,
        greatestKl,
        until: stretches === 1 ? until : null,
        half: half && shareOf(half),
        worst,
      }
    : null;
}

/** Null until every point is there. */
export function summaryOf({ complete, points, half }: Pick<Profile, 'complete' | 'points' | 'half'>): Summary | null {
  return complete ? summarise(points, half) : null;
}
