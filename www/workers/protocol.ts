/**
 * What crosses between the page and the wasm module (both run behind Comlink, in workers).
 * Two endpoints: `Exact` answers closed-form questions about a state; `Simulator` holds particles.
 * Arrays are fresh copies, transferred, never views of wasm memory.
 */

export type LaneName = 'tested' | 'exact' | 'unguided' | 'conditional';
export type FieldName = 'none' | 'score' | 'exact' | 'tested' | 'error' | 'drift';
export type LayoutName = 'auto' | 'single' | 'overlay' | 'pair' | 'trio' | 'difference';
export type Backend = 'webgpu' | 'cpu';

export interface Component {
  weight: number;
  mean: number[];
  covariance: number[][];
  class: number;
}

export interface State {
  version: 1;
  mixture: Component[];
  process: {
    horizon: number;
    stop: number;
    steps: number;
    grid: 'uniform' | 'quadratic' | 'uniform-geometric' | 'logistic';
    sampler: 'exponential' | 'ddpm' | 'euler-maruyama' | 'ode-exponential' | 'ddim' | 'heun';
  };
  guidance: { target: number; gamma: number; from: number; to: number; adaptive: number };
  classifier:
    | { kind: 'exact' }
    | {
        kind: 'wiggle';
        form: 'probability' | 'logit';
        frequency: number;
        amplitude: { law: 'inverse' | 'inverse-sqrt' | 'inverse-square' | 'fixed'; scale: number };
      }
    | { kind: 'tempered'; sharpness: number; bias: number };
  compare: Exclude<LaneName, 'tested'>[];
  particles: number;
  seed: number;
  view: { field: FieldName; lane: LaneName; layout: LayoutName; against: LaneName };
}

export type Patch<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: Patch<T[K]> } : T;

/** What a link that did not quite fit was changed to. */
export interface Change {
  path: string;
  message: string;
}

/** A field of the state: drives controls, docs and validation alike. */
export interface Field {
  path: string;
  kind: 'number' | 'integer' | 'choice' | 'list';
  min?: number;
  max?: number;
  choices?: string[];
  unit: string;
  description: string;
}

export interface Preset {
  name: string;
  title: string;
  description: string;
  state: State;
}

export interface LabErrorData {
  code: 'type' | 'range' | 'unknown-key' | 'version' | 'inconsistent' | 'engine' | 'unsupported';
  path: string;
  message: string;
}

/** 1D: closed forms at time `t` on `count` points from `from` to `to` inclusive. */
export interface Curves {
  x: Float64Array;
  /** p_t(x) */
  unguided: Float64Array;
  /** p_t(x|c) */
  target: Float64Array;
  /** proportional to p_t(x) p_t(c|x)^gamma, normalised over the real line */
  tilted: Float64Array;
  /** p_t(c|x), and the tested classifier's */
  posterior: Float64Array;
  testedPosterior: Float64Array;
  /** grad log p_t(c|x), and the tested classifier's */
  guidance: Float64Array;
  testedGuidance: Float64Array;
}

/** 1D: the marginal density p_t(x) at reverse steps, `rows` of `columns`, row 0 at t = T. */
export interface Spacetime {
  density: Float32Array;
  rows: number;
  columns: number;
}

/** 2D: closed forms at time `t` on a grid over [min, max], row-major, x_1 fastest, row 0 at the bottom. */
export interface Plane {
  columns: number;
  rows: number;
  /** p_t(x), p_t(x|c) and p_t(c|x) */
  density: Float32Array;
  target: Float32Array;
  posterior: Float32Array;
}

/** 2D: the arrows of one field on a coarse grid, pairs (v_1, v_2). */
export interface Arrows {
  columns: number;
  rows: number;
  vectors: Float32Array;
}

/** 2D: exact marginal densities along each axis at `count` points over [min, max]. */
export interface Marginals {
  /** [axis 0: count..., axis 1: count...] */
  unguided: Float64Array;
  target: Float64Array;
  tilted: Float64Array;
}

/** Readouts by quadrature at one time. */
export interface ExactMeasures {
  time: number;
  conditionalKl: number;
  guidanceMse: number;
  guidanceMseJoint: number;
  guidanceNorm: number;
  /** An estimate of the largest relative error of the four; at most 1e-9 but for states too sharp to resolve. */
  relativeError: number;
}

/** Closed forms at one point; vectors have one number for each coordinate. */
export interface Probe {
  /** p_t(x), p_t(x|c), p_t(c|x) and the tested classifier's */
  density: number;
  target: number;
  posterior: number;
  testedPosterior: number;
  /** grad log p_t(x), grad log p_t(c|x) and the tested classifier's */
  score: Float64Array;
  guidance: Float64Array;
  testedGuidance: Float64Array;
}

/** Positions of one particle at its first and every later step, by the state's sampler, row-major. */
export interface DroppedPath {
  exact: Float64Array;
  tested: Float64Array;
}

export interface Estimate {
  estimate: number;
  standardError: number;
}

export interface LaneMeasures {
  samplingKl: Estimate;
  /** Its standard deviation around 0 for as many independent samples of p_t(x|c): the noise floor. */
  samplingKlFloor: number;
  meanReciprocal: Estimate;
  meanLogProbability: Estimate;
  fractionImproved: Estimate | null;
  mean: number[];
  covariance: number[][];
  nonFinite: number;
}

/** What needs the particles themselves, not their bins. */
export interface Distances {
  /** W_1 from p_t(x|c) in 1D; in 2D the mean W_1 of the projections on 16 directions. In units of x. */
  wasserstein: Estimate;
  /** The expectation of the same for as many independent samples of p_t(x|c): the noise floor. */
  wassersteinFloor: number;
  /** The differential entropy of the particles, nats. */
  entropy: Estimate;
  /** The particles looked at: the first ones, at most 200,000 in 1D and 10,000 in 2D. */
  particles: number;
}

export interface Measurement extends ExactMeasures {
  step: number;
  lanes: Partial<Record<LaneName, LaneMeasures>>;
  /** Only in what `measure()` resolves with, not in the event. */
  distances?: Partial<Record<LaneName, Distances>>;
}

export interface LaneFrame extends LaneMeasures {
  name: LaneName;
  /** Counts over the domain: 256 bins in 1D; 128 x 128 row-major (x_1 fastest, row 0 at the bottom) in 2D. */
  bins: Uint32Array;
  outside: number;
}

/** The particles of all lanes at one step. */
export interface Frame {
  step: number;
  time: number;
  lanes: LaneFrame[];
  /** Tracked positions [step][lane][particle][coordinate] for steps firstPathStep..=step. */
  paths: Float32Array;
  firstPathStep: number;
  tracked: number;
  /** Million particle-steps (all lanes) a second in the last advance; 0 if nothing moved. */
  throughput: number;
  /** Milliseconds of work, without the wait for other figures. */
  took: number;
}

export interface Domain {
  dimension: 1 | 2;
  min: number[];
  max: number[];
  /** The reverse times, steps + 1 of them. */
  times: Float64Array;
}

/** A mixture made of points. */
export interface Fitted {
  mixture: Component[];
  /** What was done. */
  notes: { id: string; values: Record<string, unknown>; text: string }[];
  points: number;
}

/** Closed forms; every call is a pure function of its arguments, but for `newSeed`. Rejects with LabErrorData. */
export interface Exact {
  presets(): Promise<Preset[]>;
  fields(): Promise<Field[]>;
  /** Deep merge of a patch (arrays replaced), strictly validated. */
  merge(state: State, patch: unknown): Promise<State>;
  /** The nearest valid state to anything at all, and what was changed. */
  open(value: unknown): Promise<{ state: State; changes: Change[] }>;
  domain(state: State): Promise<Domain>;
  curves(state: State, t: number, from: number, to: number, count: number): Promise<Curves>;
  spacetime(state: State, from: number, to: number, columns: number, rows: number): Promise<Spacetime>;
  plane(state: State, t: number, min: number[], max: number[], columns: number, rows: number): Promise<Plane>;
  arrows(
    state: State,
    t: number,
    field: FieldName,
    min: number[],
    max: number[],
    columns: number,
    rows: number,
  ): Promise<Arrows>;
  marginals(state: State, t: number, min: number[], max: number[], count: number): Promise<Marginals>;
  measures(state: State, t: number): Promise<ExactMeasures>;
  /** Everything at one point, and the way of a particle dropped there at a reverse step. */
  probe(state: State, t: number, x: number[]): Promise<Probe>;
  path(state: State, step: number, x: number[], particle: number): Promise<DroppedPath>;
  /** A mixture fitted to labelled points as text; rejects with line and field. */
  fit(text: string): Promise<Fitted>;
  /** A seed that nobody can foresee, 0 to 2^32 - 1. */
  newSeed(): Promise<number>;
}

export interface EngineInfo {
  backend: Backend;
  adapter: string;
  reason: string;
}

/** Particles. Calls are answered in order; `advance` does a bounded piece of work. */
export interface Simulator {
  /** Chooses an engine by self-test (or takes the one asked for) and sets the scene at step 0. */
  start(state: State, engine: Backend | 'auto'): Promise<EngineInfo>;
  /** A new state. Weight and classifier act from now on; anything else restarts. */
  configure(state: State): Promise<{ restarted: boolean }>;
  restart(): Promise<void>;
  /** Goes to a saved step at or before `step`, and says which; advance from there. */
  restore(step: number): Promise<number>;
  /** Milliseconds of work, without the wait for other figures. */
  advance(count: number): Promise<number>;
  /** `advance`, then the lanes as they are. `firstPathStep`: from where tracked paths are wanted. */
  frame(count: number, firstPathStep: number): Promise<Frame>;
  samples(lane: LaneName): Promise<Float32Array>;
  distances(lane: LaneName): Promise<Distances>;
}

/** How the figures of a page share one worker: each has a number, and a simulation under it. */
export interface Figures {
  simulate(id: number, method: keyof Simulator, args: unknown[]): Promise<unknown>;
  /** Where the wasm modules are, before the first other call. */
  locate(files: Record<string, string>): Promise<void>;
  /** Frees the simulation of a figure that is gone. */
  release(id: number): Promise<void>;
  /** How many simulations are held, and the bytes of the wasm memory. */
  usage(): Promise<{ simulations: number; memory: number }>;
}
