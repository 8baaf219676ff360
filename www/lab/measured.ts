/** All that is known of the present particles, and exact readouts at any time: fetched with the first call of `measure`. */
import { NO_PARTICLES } from '../words/own-later';
import { fault, saying } from '../words/says';
import type { Exact, Measurement, State } from '../workers/protocol';
import { LabError } from './error';
import { measurementOf } from './readouts';
import type { Run } from './run';
import type { Train } from './train';

/** What of the Lab is asked. */
interface Asked {
  train: Pick<Train, 'settled'>;
  run: Pick<Run, 'settled' | 'frame' | 'distances'>;
  exact: Pick<Exact, 'measures'>;
  state: State;
}

/** `time`: of the exact readouts; without one, the present. */
export async function measured(lab: Asked, time: number | undefined): Promise<Measurement> {
  const { run } = lab;
  await lab.train.settled();
  await run.settled();
  const { frame } = run;
  if (!frame) throw new LabError(fault('unsupported', '', saying(NO_PARTICLES)));
  try {
    const measures = await lab.exact.measures(lab.state, time ?? frame.time);
    const distances: Measurement['distances'] = {};
    try {
      for (const { name } of frame.lanes) distances[name] = await run.distances(name);
    } catch {
      // Their part of the module may not have come: the rest is known all the same.
    }
    return { ...measurementOf(measures, frame), distances };
  } catch (thrown) {
    throw LabError.from(thrown);
  }
}
