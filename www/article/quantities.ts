/** What a number of the essay is, by its name: `guidanceMse`, `tested.mean`, a path of the state, or one of those below. */
import { getPath } from '../lab/paths';
import { type Situation as Any, NAMES, valueNamed } from '../lessons/check';
import { peaksAt } from '../lessons/peaks';
import type { Measurement, State } from '../workers/protocol';

type Situation = Any<Measurement>;

/** The latest time of the run at which the density of noised data has one peak: from there on it has more. */
function parting({ mixture, process }: State): number {
  let [one, more] = [process.horizon, process.stop];
  while (one - more > 1e-5) {
    const middle = (one + more) / 2;
    if (peaksAt(mixture, middle) > 1) more = middle;
    else one = middle;
  }
  return one;
}

const OWN: Readonly<Record<string, (situation: Situation) => number>> = {
  parting: ({ state }) => parting(state),
  /** Of the guidance, both as root mean squares. */
  errorShare: ({ measurement }) => Math.sqrt(measurement.guidanceMse / measurement.guidanceNorm),
  errorOverRoot: ({ measurement }) => measurement.guidanceMse / Math.sqrt(measurement.conditionalKl),
  /** In 100 particles. */
  lost: ({ measurement }) => 100 * (1 - (measurement.lanes.tested?.fractionImproved?.estimate ?? Number.NaN)),
};

/** NaN where there is none. */
export function quantity(name: string, situation: Situation): number {
  const own = Object.hasOwn(OWN, name) ? OWN[name] : undefined;
  if (own) return own(situation);
  if (NAMES.has(name)) return valueNamed(name, situation);
  const value = getPath(situation.state, name);
  return typeof value === 'number' ? value : Number.NaN;
}
