/** What the page asks of the worker that sweeps, and what `sweep` of the element takes and gives. */
import type { Entry, Harm, Law, Measured, Measurement, Pairs, Report, State, SweepCost } from './types.js';

export type {
  About,
  Chart,
  Check,
  Entry,
  Fit,
  GuideLine,
  Harm,
  Harmed,
  Law,
  Measured,
  Pairs,
  Planned,
  Predicted,
  Quantity,
  Report,
  Row,
  SweepCost,
  Verdict,
  WhoseHarm,
} from './types.js';

export type Size = 'small' | 'default';

export interface SweepOptions {
  /** A field of the state that holds a number, such as `classifier.frequency`. */
  path: string;
  values: number[];
  /** `all` (default), or `exact`: the readouts by quadrature alone, without particles. */
  measure?: 'all' | 'exact';
  /** Ends the sweep; the rows that are done are kept. */
  signal?: AbortSignal;
}

export interface SweepRow {
  value: number;
  /** At the end of the run. */
  measurement: Measurement;
}

/** The `detail` of the event `sweepprogress`. The first comes before anything starts. */
export interface SweepProgress {
  /** Rows done, of so many. */
  done: number;
  of: number;
  /** The share of the work that is done, 0 to 1. */
  share: number;
  cost: SweepCost;
  /** The row that has just been done. */
  row: SweepRow | null;
}

/** Answered by a worker of its own. One piece of work at a time. */
export interface Sweeper {
  catalogue(): Promise<Entry[]>;
  law(state: State, time: number): Promise<Law>;
  /** How far off the samples of a state in one dimension are, from their exact laws. */
  harm(state: State): Promise<Harm>;
  /** The samples of a lane held against those of another, of the same particles. */
  pairs(state: State, time: number, samples: Float32Array, others: Float32Array): Promise<Pairs>;
  /** Begins an experiment. */
  experiment(name: string, size: Size): Promise<void>;
  /** Begins a sweep over a state, if it can be done. */
  over(state: State, path: string, values: unknown, particles: boolean): Promise<SweepCost>;
  /** Begins the runs that say how much of the harm is the score's, and how much is that of what guides. */
  whose(state: State): Promise<void>;
  /** The next point of what was begun, null after the last. */
  next(progress: (share: number) => void): Promise<Measured | Measurement | true | null>;
  /** `WhoseHarm` of what `whose` began. */
  report<Said = Report>(): Promise<Said>;
}
