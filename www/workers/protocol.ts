/**
 * What the page asks of the wasm module (both answer in workers): the calls. The data that crosses is
 * written down from the Rust types, in `types.ts`.
 * Two endpoints: `Exact` answers closed-form questions about a state; `Simulator` holds particles.
 * Arrays are fresh copies, transferred, never views of wasm memory.
 */

import type { Sweeper } from './sweep-protocol.js';
import type {
  Arrows,
  Backend,
  Cell,
  Classifier,
  Corrected,
  Curves,
  Distances,
  Domain,
  Drawn,
  DroppedPath,
  EngineInfo,
  ErrorBound,
  ExactMeasures,
  Field,
  FieldName,
  FitOptions,
  Fitted,
  FittedMany,
  Flat,
  Frame,
  FromFile,
  Influence,
  Labelled,
  LaneName,
  Marginals,
  Opened,
  Plane,
  PointValues,
  Preset,
  Probe,
  Process,
  Progress,
  Roles,
  Spacetime,
  State,
  Table,
  Wrong,
} from './types.js';

export type * from './types.js';

/** A part of something: any of its keys, in objects within too. Arrays are replaced. */
export type Patch<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: Patch<T[K]> } : T;

/** Points: a number or a list of numbers for each, or all their numbers in one list, row-major. */
export type Points = ArrayLike<number> | readonly ArrayLike<number>[];

/** What was done for a fit, in the reader's language; how many points were fitted. */
export interface FitAnswer {
  notes: string[];
  points: number;
}

/** A folder that has a folder of images for each class. */
export interface ImageFolder {
  path: string;
  /** The name of each, and how many images it has. */
  classes: { name: string; images: number }[];
  /** Of each image, class by class. */
  sizes: { file: string; width: number; height: number }[];
}

/** How far a fit in many dimensions is: as a share, the class that is fitted, and the number of components that is tried. */
export interface FitRound {
  share: number;
  class: string;
  components: number;
}

/** How a network is written: docs/networks.md. */
export type NetworkFormat = 'safetensors' | 'onnx';

/** What is asked of the gallery; the names mean what they mean in a state. */
export interface GallerySettings {
  classifier: Classifier;
  process: Process;
  gamma: number;
  seed: number;
  lanes: LaneName[];
  /** Particle `i` has the target at `i` modulo their number. */
  targets: number[];
  particles: number;
  /** In lane `corrected`: how many particles there are for each that is shown. */
  behind?: number;
  /** Whether positions are wanted in the plane of the discriminant directions. */
  flat?: boolean;
}

/** Closed forms; every call is a pure function of its arguments, but for `newSeed`. Rejects with LabErrorData. */
export interface Exact {
  presets(): Promise<Preset[]>;
  fields(): Promise<Field[]>;
  /** Deep merge of a patch (arrays replaced), strictly validated. */
  merge(state: State, patch: unknown): Promise<State>;
  /** The nearest valid state to anything at all, with the values of `base` where nothing can be read, and what was changed. */
  open(value: unknown, base?: State): Promise<Opened>;
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
  /** Everything at any points, row-major. */
  at(state: State, t: number, points: Float64Array): Promise<PointValues>;
  path(state: State, step: number, x: number[], particle: number): Promise<DroppedPath>;
  /**
   * A mixture fitted to labelled points, a table as text or as a file; rejects with line and column. Without roles
   * its columns have those that they seem to have.
   */
  fit(points: string | Blob, roles?: Roles | FitOptions | null): Promise<Fitted>;
  /** The same in many dimensions: of a table whose roles say so, or of the pixels of a folder of images, four bytes each. */
  fit(
    points: string | Blob | Uint8Array,
    wanted: Roles | ImageFolder,
    told: (round: FitRound) => void,
  ): Promise<FittedMany>;
  /** The table before it is fitted: how it is written, its first rows, what its columns seem to be for. */
  table(points: string | Blob): Promise<Table>;
  /**
   * Training, one at a time on a worker. `begin` takes the recipe and the mixture of a state, `train` so many
   * milliseconds of steps; both say how it stands. `end` frees it.
   */
  learn(question: 'begin' | 'train' | 'end', argument?: State | number): Promise<Progress>;
  /** At a time: what bounds the guidance error of a network that this worker has. */
  learn(question: 'bound', argument: [State, number]): Promise<ErrorBound>;
  /** The network of a state, which this worker has, as the bytes of a file. */
  networkFile(format: NetworkFormat, state: State): Promise<Uint8Array<ArrayBuffer>>;
  /** The network in the bytes of a file of either format, which is for the mixture of a state. */
  networkFile(question: 'open', state: State, file: Uint8Array): Promise<FromFile>;
  /** The same where the mixture has many dimensions: it is its coordinates and its classes, and what is saved are these weights. */
  networkFile(
    format: NetworkFormat,
    state: State,
    weights: Float32Array,
    dimension: number,
    classes: readonly number[],
  ): Promise<Uint8Array<ArrayBuffer>>;
  networkFile(
    question: 'open',
    state: State,
    file: Uint8Array,
    dimension: number,
    classes: readonly number[],
  ): Promise<FromFile>;
  /** The weights of a state's network: its closed forms on this worker go by them from now on. */
  install(state: State, weights: Float32Array): Promise<void>;
  /**
   * Mixtures in many dimensions; the first question opens one from its file, or from its state, and answers with its classes. `plane` gives
   * `Flat`; `run` gives `Drawn`, and `corrected` the lane of that name, `Corrected`; `look` takes a time, the target class and a point, and gives a `Cell`; `effect` takes a time for the mean of 1/p, and
   * gives an `Influence` for each lane but the last, which they are held against; `fault` takes a time and how many draws, and gives `Wrong`; `accuracy` takes a
   * time and a file of images, and gives `Labelled`. `begin` and `train` are those of `learn`; `install` puts a network's weights at hand.
   */
  gallery(question: 'open', file: Uint8Array | FittedMany['state']): Promise<number[]>;
  gallery(question: 'plane'): Promise<Flat>;
  gallery(question: 'begin', settings: GallerySettings): Promise<Progress>;
  gallery(question: 'train', milliseconds: number): Promise<Progress>;
  gallery(question: 'install', settings: GallerySettings, weights: Float32Array): Promise<void>;
  gallery(question: 'run', settings: GallerySettings): Promise<Drawn>;
  gallery(question: 'corrected', settings: GallerySettings): Promise<Corrected>;
  gallery(question: 'look', settings: GallerySettings, time: number, target: number, x: Float32Array): Promise<Cell>;
  gallery(question: 'effect', settings: GallerySettings, time: number): Promise<Influence[]>;
  gallery(question: 'fault', settings: GallerySettings, time: number, draws: number): Promise<Wrong>;
  gallery(question: 'accuracy', settings: GallerySettings, time: number, images: Uint8Array): Promise<Labelled>;
  /** A seed that nobody can foresee, 0 to 2^32 - 1. */
  newSeed(): Promise<number>;
}

/** Particles. Calls are answered in order; `advance` does a bounded piece of work. */
export interface Simulator {
  /** Chooses an engine by self-test (or takes the one asked for) and sets the scene at step 0. */
  start(state: State, engine: Backend | 'auto'): Promise<EngineInfo>;
  /** A new state. Weight and classifier act from now on; anything else restarts. */
  configure(state: State): Promise<{ restarted: boolean }>;
  /** The weights of a state's network: particles that it guides go by them from the present step on. */
  install(state: State, weights: Float32Array): Promise<void>;
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

/** What was counted of the lanes of one part of the particles. */
export type Counted = unknown[];

/** What the worker that holds the first part of a figure's particles asks of those that hold the others. */
export interface Part extends Simulator {
  /** Keeps one part of several; see `Engine::share`. */
  share(part: number, parts: number): Promise<void>;
  /** `advance`, and what is counted then. */
  count(steps: number): Promise<Counted>;
  /** Goes to a step by way of a saved one. */
  bring(step: number): Promise<void>;
}

/** How many workers would be of use, and whom of them nobody waits for any more. */
export interface Wish {
  workers: number;
  gone: string[];
}

/** How the figures of a page share one worker: each has a number, and a simulation under it. */
export interface Figures {
  simulate(id: number, method: keyof Part, args: unknown[]): Promise<unknown>;
  /** Hears for ever how many workers would be of use. */
  staff(told: (wish: Wish) => void): Promise<never>;
  /** Has the worker at the other end of a channel hold parts of the particles, for as long as that has the lock. */
  hire(port: MessagePort, lock: string): Promise<void>;
  /** Holds parts for the worker at the other end of a channel, and has the lock. */
  attend(port: MessagePort, lock: string): Promise<void>;
  /** Where the wasm modules are, before the first other call. */
  locate(files: Record<string, string>): Promise<void>;
  /** Frees the simulation of a figure that is gone. */
  release(id: number): Promise<void>;
  /** How many simulations are held, and the bytes of the wasm memory. */
  usage(): Promise<{ simulations: number; memory: number }>;
}

/** All that a worker answers. */
export type Service = Exact & Figures & Sweeper;

/** A worker, and how to end it. */
export interface Spawned {
  service: Service;
  /** False where there can be no worker: then it works on the page. */
  apart: boolean;
  stop(): void;
}
