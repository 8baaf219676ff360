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

/** A time at which there are both noise and guidance. */
const HALF = 0.5;
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

export class Profile {
  /** In the order of steps. */
  points: ProfilePoint[] = [];
  complete = false;
  #half: ExactMeasures | null = null;
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
    this.#half = null;
    this.#job = { state, times, queue, fresh: true };
    this.complete = false;
    this.#cancel();
    this.#cancel = this.#clock.after(PAUSE, () => void this.#run());
  }

  setActive(active: boolean): void {
    this.#active = active;
    if (active) void this.#run();
  }

  /** What the whole run says of the classifier; null until every point is there. */
  summary(): Summary | null {
    return this.complete ? summarise(this.points, this.#half) : null;
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
          this.#half = measures;
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
