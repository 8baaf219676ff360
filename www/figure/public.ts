/**
 * The element as its users see it: types only, with nothing of Lit in them. The package's declarations are
 * made from this file; `element.ts` is checked against it (`public.check.ts`).
 */
import type {
  Backend,
  Change,
  EngineInfo,
  FitAnswer,
  FitOptions,
  LabErrorData,
  LaneName,
  Measurement,
  Patch,
  Points,
  PointValues,
  Preset,
  Recipe,
  State,
} from '../workers/protocol.js';
import type { SweepCost, SweepOptions, SweepProgress, SweepRow } from '../workers/sweep-protocol.js';

export type * from '../workers/protocol.js';
export type { SweepCost, SweepOptions, SweepProgress, SweepRow } from '../workers/sweep-protocol.js';

/** The one error that reaches people: a stable code, the path of the field at fault, and words. */
export interface LabError extends Error, LabErrorData {}

/** The `detail` of the event `trainprogress`. */
export interface TrainProgress {
  /** Steps done, of so many. */
  step: number;
  of: number;
  /** The mean loss before the last look (NaN at step 0), and the validation KL at it, in nats. */
  loss: number;
  kl: number;
}

/** A mixture that draws pictures: docs/api.md, "Pictures". */
export interface NamedMixture {
  named: 'digits';
}

/** What `setState` takes. */
export type StatePatch = Omit<Patch<State>, 'mixture'> & { mixture?: State['mixture'] | NamedMixture };

/** The events of the element by name; each is a `CustomEvent` that bubbles and crosses shadow roots. */
export interface GuidanceLabEventMap {
  /** After a change by the reader or by `setState`. */
  statechange: CustomEvent<State>;
  /** When readouts have changed, at most once a frame. */
  measurement: CustomEvent<Measurement>;
  /** Before a sweep starts, and as it goes on. */
  sweepprogress: CustomEvent<SweepProgress>;
  /** While a network is trained. */
  trainprogress: CustomEvent<TrainProgress>;
  /** At the start, after the switch, after a lost device. */
  enginechange: CustomEvent<EngineInfo>;
}

/** What can be set as an attribute, or as a property of the same name. */
export interface GuidanceLabSettings {
  /** The state to start from: `wiggle`, `two-modes`, ... */
  preset: string;
  /** `all`, `none`, or names of groups and single controls, separated by commas or spaces. */
  controls: string;
  /** The same by a name that collides with nothing; as an attribute, `show-controls`. */
  showControls: string;
  theme: 'auto' | 'light' | 'dark';
  /** The run plays by itself when the figure is first seen (never with reduced motion). */
  autoplay: boolean;
  /** A reader can change only what has a control. */
  lock: boolean;
  /** The address of a picture that is shown before the figure starts. */
  poster: string;
}

/** The keys of the state, each taking a patch. Longer paths (`lab['guidance.gamma']`) are properties too. */
export type GuidanceLabPaths = { [Key in Exclude<keyof StatePatch, 'version'>]-?: NonNullable<StatePatch[Key]> };

/** The same as properties of the element: what is read is the state's, what is set is a patch of it. */
export interface GuidanceLabPathProperties {
  get mixture(): State['mixture'];
  set mixture(patch: State['mixture'] | NamedMixture);
  get labels(): State['labels'];
  set labels(names: State['labels']);
  get process(): State['process'];
  set process(patch: Patch<State['process']>);
  get guidance(): State['guidance'];
  set guidance(patch: Patch<State['guidance']>);
  get classifier(): State['classifier'];
  set classifier(patch: Patch<State['classifier']>);
  get score(): State['score'];
  set score(patch: Patch<State['score']>);
  get compare(): State['compare'];
  set compare(patch: Patch<State['compare']>);
  particles: number;
  seed: number;
  get view(): State['view'];
  set view(patch: Patch<State['view']>);
  /** Any path into the state: `lab['guidance.gamma'] = 3`. */
  [path: `${string}.${string}`]: unknown;
}

export interface GuidanceLabElement extends HTMLElement, GuidanceLabSettings, GuidanceLabPathProperties {
  /** Resolves when the first frame stands. Asking starts the figure, also out of sight. */
  readonly ready: Promise<void>;
  /** What runs, and why. Setting chooses, as `engineChoice` does. */
  get engine(): EngineInfo | null;
  set engine(wish: Backend | 'auto');
  engineChoice: Backend | 'auto';
  /** A full, deep copy. Setting takes a patch; what is wrong in it is told by the event `error`. */
  get state(): State;
  set state(patch: StatePatch);
  readonly playing: boolean;
  readonly currentStep: number;
  readonly presets: Preset[];
  readonly query: URLSearchParams;
  setState(patch: StatePatch): Promise<void>;
  open(preset: string, query?: URLSearchParams): Promise<Change[]>;
  play(): void;
  pause(): void;
  step(n?: number): Promise<void>;
  finish(): Promise<void>;
  reset(seed?: number): Promise<void>;
  measure(options?: { time?: number }): Promise<Measurement>;
  /** Fits a mixture to a table of labelled points, as text or as a file; it becomes the state's. */
  fit(table: string | Blob, options?: FitOptions): Promise<FitAnswer>;
  /** The exact and the tested values at any points; `time`: at that t (else the present one). */
  at(points: Points, options?: { time?: number }): Promise<PointValues>;
  samples(lane: LaneName): Promise<Float32Array>;
  sweep(options: SweepOptions): Promise<SweepRow[]>;
  sweepCost(options: SweepOptions): Promise<SweepCost>;
  /** Trains the state's network, or that of a recipe, which becomes the state's. */
  readonly train: {
    /** Resolves with the recipe that stands when the training has ended; rejects if it fails, and what was in use stays. */
    start(recipe?: Patch<Recipe>): Promise<Recipe>;
    /** Ends it. What has been learned stays in use. */
    stop(): void;
    /** The network in a file classifies from now on; rejects if it is none that fits, and what was in use stays. */
    open(file: Blob | Uint8Array): Promise<void>;
    /** The state's network as the bytes of a file, safetensors if nothing else is said; rejects if it is not trained yet. */
    save(format?: 'safetensors' | 'onnx'): Promise<Uint8Array<ArrayBuffer>>;
  };
  /** A PNG with `ratio` pixels to a CSS pixel. */
  picture(ratio?: number): Promise<Blob>;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  undo(): Promise<void>;
  redo(): Promise<void>;
  addEventListener<Name extends keyof GuidanceLabEventMap>(
    type: Name,
    listener: (this: GuidanceLabElement, event: GuidanceLabEventMap[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: 'error',
    listener: (this: GuidanceLabElement, event: CustomEvent<LabError> | Event) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** What a template language may write on `<guidance-lab>`: attributes as text, or properties as they are. */
export type GuidanceLabAttributes = {
  [Name in keyof GuidanceLabSettings]?: GuidanceLabSettings[Name];
} & Partial<GuidanceLabPaths> & {
    state?: StatePatch;
    engine?: Backend | 'auto';
    'show-controls'?: string;
    onstatechange?: (event: GuidanceLabEventMap['statechange']) => void;
    onsweepprogress?: (event: GuidanceLabEventMap['sweepprogress']) => void;
    ontrainprogress?: (event: GuidanceLabEventMap['trainprogress']) => void;
    onmeasurement?: (event: GuidanceLabEventMap['measurement']) => void;
    onenginechange?: (event: GuidanceLabEventMap['enginechange']) => void;
    onerror?: (event: CustomEvent<LabError> | Event) => void;
    /** Any path into the state: `guidance.gamma`. */
    [path: `${string}.${string}`]: unknown;
  };
