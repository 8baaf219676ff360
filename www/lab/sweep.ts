/**
 * Sweeps as the page sees them: a worker of their own, started with the first one, so that neither the
 * particles nor the readouts of the figure wait. A sweep is cancelled by ending its worker, because the
 * work of one point is done in one go; rows that have arrived are kept.
 */
import { SWEEP_MEASURE, SWEEP_NETWORKS, SWEEP_PATH, SWEEP_SIGNAL, SWEEP_TAKES } from '../words/own-later';
import { fault, saying } from '../words/says';
import { spawn } from '../workers/client';
import type { Measurement, Spawned, State } from '../workers/protocol';
import type { SweepCost, Sweeper, SweepOptions, SweepProgress, SweepRow } from '../workers/sweep-protocol';
import type { Says } from '../workers/types';
import { LabError } from './error';
import { informed } from './networks';

/** A worker that is started when it is first asked, and again after it was stopped. */
export class SweepWorker {
  readonly #make: () => Promise<Spawned>;
  #spawned: Promise<Spawned> | null = null;

  constructor(make = () => spawn('sweep')) {
    this.#make = make;
  }

  async sweeper(): Promise<Sweeper> {
    return (await this.spawned()).service;
  }

  async spawned(): Promise<Spawned> {
    this.#spawned ??= this.#make().then((made) => ({ ...made, service: informed(made.service) }));
    const spawned = this.#spawned;
    try {
      return await spawned;
    } catch (thrown) {
      if (this.#spawned === spawned) this.#spawned = null;
      throw thrown;
    }
  }

  /** Ends what is under way; calls that wait are never answered. */
  stop(): void {
    void this.#spawned?.then(
      ({ stop }) => stop(),
      () => {},
    );
    this.#spawned = null;
  }
}

/** Resolves when the signal says so; `null` without one. */
function aborted(signal: AbortSignal | undefined): Promise<null> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve(null);
    else signal?.addEventListener('abort', () => resolve(null), { once: true });
  });
}

export interface Course<Begun, Point> {
  /** Begins the work. */
  begin(sweeper: Sweeper): Promise<Begun>;
  begun?(begun: Begun): void;
  /** The share of the present point that is done. */
  progress(share: number): void;
  point(point: Point, sweeper: Sweeper): void | Promise<void>;
  signal?: AbortSignal | undefined;
}

/** Does the points one by one; false if it was cancelled. */
export async function follow<Begun, Point>(worker: SweepWorker, course: Course<Begun, Point>): Promise<boolean> {
  const end = aborted(course.signal);
  let present = 0;
  // What is told of a point may arrive after the point itself.
  const progressOf = (index: number) => (share: number) => {
    if (index === present) course.progress(share);
  };
  const work = async (): Promise<boolean> => {
    const sweeper = await worker.sweeper();
    const begun = await course.begin(sweeper);
    if (course.signal?.aborted) return false;
    course.begun?.(begun);
    while (!course.signal?.aborted) {
      const point = await sweeper.next(progressOf(present));
      present += 1;
      if (point === null) return true;
      if (course.signal?.aborted) return false;
      await course.point(point as Point, sweeper);
      // Where there is no worker, the page has to have its turn.
      await new Promise((resolve) => setTimeout(resolve));
    }
    return false;
  };
  const done = await Promise.race([work(), end]);
  if (done === null) worker.stop();
  return done ?? false;
}

function check({ classifier, score }: State, options: SweepOptions): boolean {
  const refuse = (path: string, says: Says) => {
    throw new LabError(fault('type', path, says));
  };
  if (typeof options !== 'object' || options === null) refuse('', saying(SWEEP_TAKES));
  if (typeof options.path !== 'string') refuse('path', saying(SWEEP_PATH, { value: String(options.path) }));
  const { path } = options;
  const learned = [classifier, score].some(({ kind }) => kind === 'learned');
  if (learned && /^(classifier\.recipe|score\.(recipe|weaker)|mixture)\b/.test(path)) {
    throw new LabError(fault('unsupported', path, saying(SWEEP_NETWORKS, { field: path })));
  }
  const measure = options.measure ?? 'all';
  if (measure !== 'all' && measure !== 'exact') {
    throw new LabError(fault('range', 'measure', saying(SWEEP_MEASURE, { value: String(measure) })));
  }
  if (options.signal !== undefined && !(options.signal instanceof AbortSignal)) {
    refuse('signal', saying(SWEEP_SIGNAL));
  }
  return measure === 'all';
}

/** What a sweep would cost; refuses what could not be done. */
export async function cost(state: State, options: SweepOptions): Promise<SweepCost> {
  const particles = check(state, options);
  const worker = new SweepWorker();
  try {
    return await (await worker.sweeper()).over(state, options.path, options.values, particles);
  } catch (thrown) {
    throw LabError.from(thrown);
  } finally {
    worker.stop();
  }
}

/** Measures a state over values of one of its fields; the rows that are done when the signal ends it. */
export async function sweep(
  state: State,
  options: SweepOptions,
  tell: (progress: SweepProgress) => void,
): Promise<SweepRow[]> {
  const particles = check(state, options);
  const { path, values, signal } = options;
  const rows: SweepRow[] = [];
  const worker = new SweepWorker();
  let known: SweepCost | null = null;
  const report = (share: number, row: SweepRow | null) => {
    if (!known) return;
    const of = known.points;
    tell({ done: rows.length, of, share: Math.min(1, (rows.length + share) / of), cost: known, row });
  };
  try {
    await follow<SweepCost, Measurement>(worker, {
      begin: (sweeper) => sweeper.over(state, path, values, particles),
      begun: (found) => {
        known = found;
        report(0, null);
      },
      progress: (share) => report(share, null),
      point: (measurement) => {
        const row = { value: values[rows.length] as number, measurement };
        rows.push(row);
        report(0, row);
      },
      signal,
    });
    return rows;
  } catch (thrown) {
    throw LabError.from(thrown);
  } finally {
    worker.stop();
  }
}
