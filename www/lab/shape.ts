/**
 * What the curves of a classifier's error over the run look like, whatever kind it is: features of KL, guidance error
 * and guidance alone, as a doctor has them of a classifier that somebody else trained.
 */
import type { Component, ExactMeasures } from '../workers/types';
import { summarise } from './summary';

export type Looks =
  /** No error at all. */
  | { is: 'right' }
  /** Next to none; over the run it is this share of the guidance. */
  | { is: 'hardly'; share: number }
  /** A large gradient at a small KL, as a ripple of this frequency has it. */
  | { is: 'rough'; frequency: number }
  /** Right on the data, and the more wrong the noisier; at the start so many times the guidance. */
  | { is: 'unseen'; times: number }
  /** The same, but right at another time only. */
  | { is: 'one-level'; time: number }
  /** Under noise off by this share of the guidance, root mean square; right on the data. */
  | { is: 'guess'; share: number }
  /** Under noise off by this share, and by more, the second, on the data. */
  | { is: 'towards-data'; share: number; data: number }
  /** Off by this share throughout. */
  | { is: 'one-factor'; share: number }
  /** Largest at this time, by this share. */
  | { is: 'peak'; time: number; share: number };

export interface Shape {
  looks: Looks;
  /** The KL that is left under full noise, where only the class frequencies are known, if it is more than a trifle. */
  prior: number | null;
}

/** The error over the run, mean squares, that is no more than rounding or a trifle. */
const TRIFLE = 1e-5;
/** A ripple is that many times faster than anything in the noised mixture. */
const FAST = 2.5;
/** A KL beyond this is seen in a training loss: no ripple. */
const SEEN = 0.2;
/** So much does a share of the guidance vary that is the same at every noise level. */
const SAME = 1.6;
/** So much does the share grow with the noise where the classifier has not seen noise. */
const GROWS = 30;
/** A share on the data that is so much smaller than under noise is none. */
const GONE = 0.1;

/** The smallest eigenvalue of a covariance in one or two dimensions. */
function narrowest({ covariance }: Component): number {
  const [[a = 1, b = 0] = [], [, c = a] = []] = covariance;
  return (a + c) / 2 - Math.hypot((a - c) / 2, b);
}

/** `points` in the order of a run, from noise to data. */
export function shapeOf(points: ExactMeasures[], mixture: Component[]): Shape | null {
  const summary = summarise(points);
  const [first, last] = [points[0], points.at(-1)];
  if (!summary || !first || !last || points.length < 5) return null;
  const greatest = summary.greatestKl;
  const prior = first.conditionalKl > 0.02 && first.conditionalKl > 0.2 * greatest ? first.conditionalKl : null;
  const looks = looksOf(points, summary.share, greatest, Math.min(...mixture.map(narrowest)));
  return { looks, prior };
}

function looksOf(points: ExactMeasures[], over: number, greatest: number, variance: number): Looks {
  if (points.every(({ guidanceMse }) => guidanceMse < 1e-24)) return { is: 'right' };
  if (over < TRIFLE) return { is: 'hardly', share: over };
  // The joint error of a ripple of frequency n is 2 n² times its KL.
  const frequencies = points.map(({ guidanceMseJoint, conditionalKl }) =>
    Math.sqrt(guidanceMseJoint / (2 * conditionalKl)),
  );
  const fastest = Math.min(
    ...points.map(({ time }, k) => {
      const share = Math.exp(-2 * time);
      return (frequencies[k] as number) * Math.sqrt(share * variance + 1 - share);
    }),
  );
  if (fastest > FAST && greatest < SEEN) {
    const loudest = points.reduce(
      (best, point, k) => (point.guidanceMse > (points[best] as ExactMeasures).guidanceMse ? k : best),
      0,
    );
    return { is: 'rough', frequency: frequencies[loudest] as number };
  }
  const shares = points.map(({ guidanceMse, guidanceNorm }) => guidanceMse / guidanceNorm);
  const [start, end] = [shares[0] as number, shares.at(-1) as number];
  const noisy = shares.filter((_, k) => (points[k] as ExactMeasures).time >= (points[0] as ExactMeasures).time / 4);
  const [least, most] = [Math.min(...noisy), Math.max(...noisy)];
  if (start > 1 && start > GROWS * (noisy.at(-1) as number)) {
    const best = shares.indexOf(Math.min(...shares));
    return best >= 0.85 * (shares.length - 1)
      ? { is: 'unseen', times: Math.sqrt(start) }
      : { is: 'one-level', time: (points[best] as ExactMeasures).time };
  }
  if (most < SAME * least) {
    const share = Math.sqrt((least + most) / 2);
    if (end < GONE * most) return { is: 'guess', share };
    if (end > SAME * most) return { is: 'towards-data', share, data: Math.sqrt(end) };
    return { is: 'one-factor', share };
  }
  const peak = points.reduce((best, point) => (point.guidanceMse > best.guidanceMse ? point : best));
  return { is: 'peak', time: peak.time, share: Math.sqrt(peak.guidanceMse / peak.guidanceNorm) };
}
