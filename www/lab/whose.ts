/** How much of the harm is the score's and how much is that of what guides: runs in a worker of their own, one at a time. */
import type { State } from '../workers/protocol';
import type { WhoseHarm } from '../workers/sweep-protocol';
import { LabError } from './error';
import { follow, SweepWorker } from './sweep';

/** As many particles as tell thousandths of a nat. */
const PARTICLES = 20_000;
/** A run, and another with each part exact. */
const RUNS = 3;

/** `told` hears which share of it is done. Rejects with a LabError; null if the signal has ended it. */
export async function whoseHarm(
  state: State,
  told: (share: number) => void,
  signal: AbortSignal,
): Promise<WhoseHarm | null> {
  const worker = new SweepWorker();
  const particles = Math.min(state.particles, PARTICLES);
  let done = 0;
  try {
    const whole = await follow<void, true>(worker, {
      begin: (sweeper) => sweeper.whose({ ...state, particles }),
      progress: (share) => told((done + share) / RUNS),
      point: () => {
        done += 1;
        told(done / RUNS);
      },
      signal,
    });
    return whole ? await (await worker.sweeper()).report<WhoseHarm>() : null;
  } catch (thrown) {
    throw LabError.from(thrown);
  } finally {
    worker.stop();
  }
}
