/** What the lowest panel draws over x: the guidance, or another field of the same points. */
import type { Curves, State } from '../workers/protocol';
import { isOde } from '../workers/samplers';

/** Below it a density is no number to take the logarithm of. */
const LEAST = 1e-290;

/** The score of the noised data at the points of the curves, from their neighbours. */
export function scoreOf({ x, unguided }: Pick<Curves, 'x' | 'unguided'>): Float64Array {
  const log = (k: number) => Math.log(Math.max(LEAST, unguided[k] as number));
  const last = x.length - 1;
  return Float64Array.from(x, (_, k) => {
    const [before, after] = [Math.max(0, k - 1), Math.min(last, k + 1)];
    return (log(after) - log(before)) / ((x[after] as number) - (x[before] as number));
  });
}

/** The curves with the field that is asked for where the guidance stands: exact, and of the classifier under test. */
export function withField(curves: Curves, { view, guidance, process }: State, time: number): Curves {
  if (view.field !== 'score' && view.field !== 'drift') return curves;
  const score = scoreOf(curves);
  if (view.field === 'score') return { ...curves, guidance: score, testedGuidance: score };
  const { gamma, from, to, adaptive } = guidance;
  const extra = time >= from && time <= to ? gamma - 1 : 0;
  const factor = isOde(process.sampler) ? 1 : 2;
  const drift = (gradient: Float64Array, posterior: Float64Array) =>
    Float64Array.from(
      curves.x,
      (x, k) =>
        x +
        factor *
          ((score[k] as number) + (1 + extra * (1 - (posterior[k] as number)) ** adaptive) * (gradient[k] as number)),
    );
  return {
    ...curves,
    guidance: drift(curves.guidance, curves.posterior),
    testedGuidance: drift(curves.testedGuidance, curves.testedPosterior),
  };
}
