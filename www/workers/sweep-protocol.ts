/** What crosses between the page and the worker that sweeps, and what `sweep` of the element takes and gives. */
import type { Estimate, Measurement, State } from './protocol.js';

/** An axis or a series. Series whose names agree up to the first comma, with the same unit and scale, share a figure. */
export interface Quantity {
  name: string;
  /** `"1"` for a pure number. */
  unit: string;
  log: boolean;
}

export interface About {
  name: string;
  title: string;
  claim: string;
  source: string;
  axis: Quantity;
  series: Quantity[];
}

/** What the claim says of a series before anything is measured. */
export type Guide =
  | { kind: 'power'; series: number; slope: number; from: number }
  | { kind: 'level'; series: number; value: number; name: string }
  | { kind: 'points'; series: number; points: [number, number][]; name: string };

export interface Planned {
  points: number[];
  cost: { particleSteps: number; seconds: number };
  guides: Guide[];
}

export type Size = 'small' | 'default';

/** An experiment of the menu. */
export interface Entry extends Record<Size, Planned> {
  about: About;
}

/** One point; the standard error of an exact value is 0. */
export interface Row {
  x: number;
  values: Estimate[];
  /** Further pictures of this point alone. */
  charts?: Chart[];
}

/** Curves over the bins of an axis of its own. */
export interface Chart {
  title: string;
  axis: Quantity;
  /** One more than there are bins. */
  edges: number[];
  series: Quantity[];
  /** For each curve a value for each bin; null where there is nothing to tell it from. */
  values: (Estimate | null)[][];
}

/** The samples of two lanes, particle by particle. */
export interface Pairs {
  /** `log p(c|x)` of the first minus that of the second; NaN where one of the two is lost. */
  gains: Float32Array;
  charts: Chart[];
}

export interface Measured {
  row: Row;
  /** A state that shows the point in the main figure. */
  state: State | null;
}

export interface Fit {
  series: number;
  /** Of `log y` against `log x`; an error is null for two points. */
  line: { slope: Estimate; intercept: Estimate };
}

export interface Check {
  quantity: string;
  measured: Estimate;
  predicted: number | [number, number];
  agrees: boolean;
}

export interface Verdict {
  checks: Check[];
  agrees: boolean;
  words: string;
}

export interface Report {
  fits: Fit[];
  /** Null until all points are measured. */
  verdict: Verdict | null;
}

/** The exact law of lane `tested` in continuous time. */
export interface Law {
  x: Float64Array;
  density: Float64Array;
  /** An estimate of `integral |error| dx`. */
  error: number;
}

/** How much work a sweep is, known before it starts. */
export interface SweepCost {
  points: number;
  /** Over all lanes and values. */
  particleSteps: number;
  /** On one core of a laptop, roughly. */
  seconds: number;
  bytes: number;
}

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
  /** The samples of a lane held against those of another, of the same particles. */
  pairs(state: State, time: number, samples: Float32Array, others: Float32Array): Promise<Pairs>;
  /** Begins an experiment. */
  experiment(name: string, size: Size): Promise<void>;
  /** Begins a sweep over a state, if it can be done. */
  over(state: State, path: string, values: unknown, particles: boolean): Promise<SweepCost>;
  /** The next point of what was begun, null after the last. */
  next(progress: (share: number) => void): Promise<Measured | Measurement | null>;
  report(): Promise<Report>;
}
