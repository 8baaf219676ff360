/** The exact readouts over the whole run, filled in from coarse to fine, one call at a time. */
import type { Exact, ExactMeasures, State } from '../workers/protocol';
import { type Clock, clock } from './clock';
import type { Turn } from './latest';

const POINTS = 40;
const PAUSE = 250;

/** 0..count in an order that halves the gaps: ends first, then the middle, ... */
export function coarseToFine(count: number): number[] {
  const order = [0, count];
  for (let gap = count; gap > 1; ) {
    const half = Math.ceil(gap / 2);
    for (let k = half; k < count; k += half) if (!order.includes(k)) order.push(k);
    gap = half;
  }
  return order;
}

export interface ProfilePoint extends ExactMeasures {
  step: number;
}

/** A time at which there are both noise and guidance. */
const HALF = 0.5;

export class Profile {
  /** In the order of steps. */
  points: ProfilePoint[] = [];
  complete = false;
  /** At `HALF`; null if the run has no such time. */
  half: ExactMeasures | null = null;
  readonly #clock: Clock;
  readonly #exact: Exact;
  readonly #turn: Turn;
  #changed: () => void;
  #job: { state: State; times: Float64Array; queue: number[]; fresh: boolean } | null = null;
  #cancel = () => {};
  #busy = false;
  #active = false;

  constructor(exact: Exact, changed: () => void, time: Clock = clock, turn: Turn = (work) => work()) {
    this.#turn = turn;
    this.#clock = time;
    this.#exact = exact;
    this.#changed = changed;
  }

  /** A new state; the old points stand until the first new one is there. */
  restart(state: State, times: Float64Array): void {
    const last = times.length - 1;
    const queue = [
      ...new Set(coarseToFine(Math.min(POINTS, last)).map((k) => Math.round((k * last) / Math.min(POINTS, last)))),
    ];
    const [first = 0, end = 0] = [times[0], times[last]];
    if (first > HALF && end < HALF) queue.push(-1);
    this.half = null;
    this.#job = { state, times, queue, fresh: true };
    this.complete = false;
    this.#cancel();
    this.#cancel = this.#clock.after(PAUSE, () => void this.#run());
  }

  setActive(active: boolean): void {
    this.#active = active;
    if (active) void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#active && this.#job && this.#job.queue.length > 0) {
        const job = this.#job;
        const step = job.queue.shift() as number;
        // Not a step, but a time of its own.
        const time = step < 0 ? HALF : (job.times[step] as number);
        // When its turn has come it may not be wanted any more.
        const measures = await this.#turn(async () =>
          job === this.#job ? this.#exact.measures(job.state, time) : null,
        );
        if (job !== this.#job || !measures) continue;
        if (job.fresh) {
          this.points = [];
          job.fresh = false;
        }
        if (step < 0) {
          this.half = measures;
        } else {
          this.points.push({ ...measures, step });
          this.points.sort((a, b) => a.step - b.step);
        }
        this.complete = job.queue.length === 0;
        this.#changed();
      }
    } catch {
      // The readout at the present time reports the same fault; a chart is not worth a second notice.
      if (this.#job) this.#job.queue = [];
    } finally {
      this.#busy = false;
    }
  }
}
