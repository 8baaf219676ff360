/**
 * The data that crosses between the page and the module. Written from the Rust types by
 * `GUIDANCE_LAB_WRITE=1 cargo test --lib typescript`: change those, not this file.
 */

/** A set of particles; all lanes share every noise draw. */
export type LaneName = 'tested' | 'exact' | 'unguided' | 'conditional' | 'corrected';

/** A vector field that the picture can show. */
export type FieldName = 'none' | 'score' | 'exact' | 'tested' | 'error' | 'drift';

/** How the picture shows its lane and the one that it is held against. */
export type LayoutName = 'auto' | 'single' | 'overlay' | 'pair' | 'trio' | 'difference';

/** Where the particles run. */
export type Backend = 'cpu' | 'webgpu';

/** The spacing of the reverse times `t_0 = T > t_1 > ... > t_N = stop`. */
export type Grid = 'uniform' | 'quadratic' | 'uniform-geometric' | 'logistic';

/** The one-step formula of the reverse process. */
export type Sampler = 'exponential' | 'ddpm' | 'euler-maruyama' | 'ode-exponential' | 'ddim' | 'heun' | 'cfg++';

/** What `a sin(n x_1)` is added to. */
export type WiggleForm = 'probability' | 'logit';

/** The power of `n` in the amplitude. */
export type AmplitudeLaw = 'inverse' | 'inverse-sqrt' | 'inverse-square' | 'fixed';

/** `a` as a function of `n`. */
export type Amplitude = {
  /** The power of `n`. */
  law: AmplitudeLaw;
  /** The factor in front. */
  scale: number;
};

/** The exact posterior `p_t(c|x)`; it has no fields. */
export type ExactClassifier = Record<symbol, never>;

/** The exact posterior plus a fast wiggle in the first coordinate. */
export type WiggleClassifier = {
  /** What the wiggle is added to. */
  form: WiggleForm;
  /** `n`, radians per unit of length. */
  frequency: number;
  /** How the amplitude `a` depends on `n`. */
  amplitude: Amplitude;
  /**
   * `s`: the sine is averaged over copies of the point with this much Gaussian noise (arXiv 1902.02918), which
   * multiplies it by `e^(-n^2 s^2/2)`.
   */
  smoothing: number;
};

/** `log phat(y|x) = b log p(y|x) + e [y = c]`, up to the sum over `y`; any number of classes. */
export type TemperedClassifier = {
  /** `b`, one over the temperature. */
  sharpness: number;
  /** `e`, nats. */
  bias: number;
};

/** `log phat(y|x) = log p_{t+d}(y|x)`; before time 0 there is nothing, so the time is at least 0. */
export type MistimedClassifier = {
  /** `d`. */
  shift: number;
};

/** `phat(y|x) = (1 - e) p(y|x) + e/K` for each of the `K` classes of the mixture. */
export type LabelSmoothingClassifier = {
  /** `e`. */
  epsilon: number;
};

/** What it is shown at time `t`. */
export type BlindInput = 'noisy' | 'rescaled';

/** `log phat(y|x) = log p_{t0}(y|x)`, whatever the time; or of the point scaled as the data were then. */
export type NoiseBlindClassifier = {
  /** `t0`; at most the horizon of the process. */
  time: number;
  /** What it is shown. */
  input: BlindInput;
};

/** `log phat(y|x) = log p_0(y|x0)` at the denoised guess `x0 = E[X_0|x]`. */
export type DenoisedClassifier = {
  /**
   * Whether the gradient goes through the denoiser, `J^T grad log p_0(y|x0)`; without, it is
   * `grad log p_0(y|x0) / u`.
   */
  jacobian: boolean;
};

/** What a neuron makes of its sum. */
export type ActivationName = 'tanh' | 'softplus' | 'relu' | 'sine';

/** Random Fourier features (Rahimi and Recht, 2007): cosines and sines of frequencies drawn from a Gaussian. */
export type Fourier = {
  /** How many: cosines, then as many sines (one less of an odd number). */
  features: number;
  /** The standard deviation of each coordinate of a frequency. */
  bandwidth: number;
};

/** The weights of the parts of the loss. */
export type LossWeights = {
  /** `-log phat(y|x)`. */
  crossEntropy: number;
  /** `sum_k (phat(k|x) - [k = y])^2`. */
  brier: number;
  /** `sigma^2 |s + grad log phat(y|x) + Z/sigma|^2`. */
  denoising: number;
  /** The mean over pairs of classes of `|grad (z_j - z_k)|^2`. */
  gradientPenalty: number;
  /** The same of the Hessian. */
  curvature: number;
};

/** A network, its data, its loss and how it is trained. */
export type Recipe = {
  /** The widths of the hidden layers; none is logistic regression on the features. */
  hidden: number[];
  /** What a neuron makes of its sum. */
  activation: ActivationName;
  /** Random Fourier features beside the coordinates. */
  fourier: Fourier | null;
  /** Whether the network is told the time. */
  time: boolean;
  /** So many noised samples, drawn once; null: fresh ones for ever. */
  points: number | null;
  /** The earliest and the latest diffusion time of the samples, between which times are drawn log-uniformly. */
  noise: [number, number];
  /** The share of labels that are replaced by another class. */
  flipped: number;
  /** The share of each label that is spread evenly over all classes. */
  labelSmoothing: number;
  /** The standard deviation of what is added to each coordinate before the network sees it, new at each sight. */
  inputNoise: number;
  /** The loss, a weighted sum. */
  loss: LossWeights;
  /** What the weights lose of themselves in a step, over the learning rate. */
  weightDecay: number;
  /** The largest singular value that the weights of a layer may have; null: any. */
  spectralNorm: number | null;
  /** Samples in a batch. */
  batch: number;
  /** The first learning rate; it falls to 0 as a cosine. */
  rate: number;
  /** Steps. */
  steps: number;
  /** Training stops when the validation KL is at most this. */
  targetKl: number | null;
  /** The seed of weights, features and data. */
  seed: number;
  /** The file that the network was opened from, whose shape stands above; null: it is trained. */
  weights: string | null;
};

/** `phat(y|x)` of the network that the recipe gives; before it is trained, the same probability for every class. */
export type LearnedClassifier = {
  /** How it is trained. */
  recipe: Recipe;
};

/** The classifier whose gradient guides the `tested` lane. */
export type Classifier =
  | ({ kind: 'exact' } & ExactClassifier)
  | ({ kind: 'wiggle' } & WiggleClassifier)
  | ({ kind: 'tempered' } & TemperedClassifier)
  | ({ kind: 'mistimed' } & MistimedClassifier)
  | ({ kind: 'label-smoothing' } & LabelSmoothingClassifier)
  | ({ kind: 'noise-blind' } & NoiseBlindClassifier)
  | ({ kind: 'denoised' } & DenoisedClassifier)
  | ({ kind: 'learned' } & LearnedClassifier);

/** A smaller or less trained network of the same recipe. */
export type Weaker = {
  /** The widths of its hidden layers. */
  hidden: number[];
  /** Its steps of training. */
  steps: number;
};

/** A network that says the score of the mixture and of each class, and a weaker one. */
export type LearnedScore = {
  /** How it is trained; what belongs to classifiers stands at its default. */
  recipe: Recipe;
  /** What the weaker model has else, by which `guidance.guide` may guide. */
  weaker: Weaker;
  /** The score itself is exact, and what guides is learned: the difference of the pair, or the weaker model. */
  exact: boolean;
};

/** The score of the lane `tested`; the other lanes have the exact one. */
export type Score =
  | { kind: 'exact' }
  | {
      kind: 'inflated';
      /** What is added to every variance. */
      variance: number;
      /** What the weaker model adds, by which `guidance.guide` may guide. */
      weaker: number;
    }
  | {
      kind: 'shifted';
      /** What is added, one number for each dimension. */
      by: Array<number>;
    }
  | {
      kind: 'scaled';
      /** The factor. */
      by: number;
    }
  | ({ kind: 'learned' } & LearnedScore);

/** What guides the lane `tested`. */
export type GuidedBy = 'classifier' | 'weaker' | 'pair';

/** One labelled Gaussian, as it stands in the state. */
export type Component = {
  /** Its weight; the weights of a validated mixture sum to 1. */
  weight: number;
  /** Its mean, length `d`. */
  mean: Array<number>;
  /** Its covariance, `d` rows of `d` numbers, symmetric and positive definite. */
  covariance: Array<Array<number>>;
  /** Its label, `0..MAX_CLASSES`. */
  class: number;
};

/** The process and its discretisation. */
export type Process = {
  /** `T`: the reverse process starts here from `N(0, I)`. */
  horizon: number;
  /** The time at which the reverse process stops; 0 is allowed for the grids that reach it. */
  stop: number;
  /** `N`, the number of reverse steps. */
  steps: number;
  /** How the steps are spaced. */
  grid: Grid;
  /** The one-step formula. */
  sampler: Sampler;
};

/** How the scale changes over the steps (arXiv 2404.13040), with the mean of a constant one. */
export type Schedule = 'constant' | 'linear' | 'cosine';

/** Where the classifier's gradient is taken. */
export type GradientAt = 'present' | 'predicted-mean';

/** The target class and the weight of its guidance. */
export type Guidance = {
  /** The class `c`. */
  target: number;
  /** `gamma` in `s^w = s + gamma grad log p(c|x)`; classifier-free guidance's `w` is `gamma - 1`. */
  gamma: number;
  /** The earliest diffusion time at which the weight is `gamma`; outside the interval it is `outside`. */
  from: number;
  /** The latest. */
  to: number;
  /** The extra weight `gamma - 1` is multiplied by `(1 - phat(c|x))` to this power. */
  adaptive: number;
  /** The weight outside the interval: 1, plain conditional sampling, or 0, no guidance. */
  outside: number;
  /** The weight is multiplied by `sigma_t` to this power, -1, 0 or 1. */
  sigmaPower: number;
  /** The largest length of the weighted gradient. */
  clip: number | null;
  /** How the weight changes over the steps. */
  schedule: Schedule;
  /** How much is kept of the extra guidance's part along the estimate of the datum; 1 in one dimension. */
  parallel: number;
  /** How far the guided score is brought to the length of that with the weight 1; 0 in one dimension. */
  rescale: number;
  /** The largest coordinate of the guided estimate of the datum. */
  threshold: number | null;
  /** Where the gradient is taken. */
  at: GradientAt;
  /** What guides the lane `tested`. */
  guide: GuidedBy;
};

/** What the picture shows. */
export type View = {
  /** 2D: the arrows. */
  field: FieldName;
  /** The lane whose particles fill the picture. */
  lane: LaneName;
  /** How the lanes stand to one another. */
  layout: LayoutName;
  /** The lane that it is held against. */
  against: LaneName;
};

/**
 * The whole configuration of a run. Read it with [`State::from_value`] or [`State::open`], which
 * check it; `Deserialize` alone checks only types.
 */
export type State = {
  /** The version of the format, 1. */
  version: 1;
  /** The labelled mixture, 1 to 16 components. */
  mixture: Array<Component>;
  /** The name of each class by its number, empty for none; there may be fewer than classes. */
  labels: Array<string>;
  /** The process and its discretisation. */
  process: Process;
  /** The target class and the weight. */
  guidance: Guidance;
  /** The classifier under test. */
  classifier: Classifier;
  /** The score of the lane `tested`. */
  score: Score;
  /** The lanes beside `tested`, each at most once. */
  compare: Exclude<LaneName, 'tested'>[];
  /** Particles in each lane. */
  particles: number;
  /** The seed of every noise draw. */
  seed: number;
  /** What the picture shows; it never changes a number. */
  view: View;
};

/** What a field holds. */
export type FieldKind = 'number' | 'integer' | 'choice' | 'flag' | 'text' | 'list';

/** One field of the state. `[]` in the path stands for any index. */
export type Field = {
  /** Its path, `"process.steps"` or `"mixture[].mean"`. */
  path: string;
  /** What it holds. */
  kind: FieldKind;
  /** The smallest allowed value. */
  min?: number;
  /** The largest allowed value. */
  max?: number;
  /** The allowed names; empty for numbers. */
  choices?: Array<string>;
};

/** A named state. */
export type Preset = {
  /** Its name in links and in the element's `preset` attribute. */
  name: string;
  /** Its title in the list. */
  title: string;
  /** One sentence: what there is to see. */
  description: string;
  /** The state. */
  state: State;
};

/** What stands in a place of a message. */
export type Said = number | null | string | { name: string } | Says | Array<Said>;

/** How a message crosses to the page. */
export type Says = {
  /** The code of the message. */
  id: string;
  /** What stands in its places. */
  values: Record<string, Said>;
  /** The English text. */
  text: string;
};

/** What kind of fault it is. The names are part of the public interface (`LabError.code`). */
export type LabErrorCode = 'type' | 'range' | 'unknown-key' | 'version' | 'inconsistent' | 'engine' | 'unsupported';

/** An error with the path of the offending field (`"mixture[1].covariance"`), or `""`. */
export type LabErrorData = {
  /** What kind of fault it is. */
  code: LabErrorCode;
  /** The path of the field at fault, in the state's own notation; empty if there is none. */
  path: string;
  /** English words for a person: names the field, the value and the allowed range. */
  message: string;
  /** The same as a code and named values, for other languages. */
  says: Says;
};

/** One thing that the lenient way had to change. */
export type Change = {
  /** The path of the field at fault. */
  path: string;
  /** What was wrong with it and what is used instead, in English. */
  message: string;
  /** The same as a code and named values, for other languages. */
  says: Says;
};

/** The nearest valid state to anything at all. */
export type Opened = {
  /** The state. */
  state: State;
  /** What was changed. */
  changes: Array<Change>;
};

/** A mixture and what was done for it. */
export type Fitted = {
  /** The components, class by class. */
  mixture: Array<Component>;
  /** What was done. */
  notes: Array<Says>;
  /** How many points were fitted. */
  points: number;
  /** The name of each class as the state has it: empty where it is the number, or not to be told from another. */
  labels: Array<string>;
};

/** What becomes of several columns. */
export type Directions = 'none' | 'principal' | 'discriminant' | 'all';

/** What the columns of a table are for. */
export type Roles = {
  /**
   * The columns of the coordinates, from 0: one or two, those that directions are made of, or all of a mixture in
   * many dimensions.
   */
  axes: Array<number>;
  /** Whether the coordinates are the columns themselves. */
  directions: Directions;
  /** The column of the label, from 0. */
  label: number;
  /** Rows that lack a value are left out. */
  withoutMissing: boolean;
  /** So are rows that lie far from all others. */
  withoutOutliers: boolean;
  /** The column that only counts the rows, if there is one: it says nothing. */
  index: number | null;
};

/** Roles by the names of columns, or by their numbers from 1. */
export type FitOptions = {
  /** The columns of the coordinates: one or two, with directions any number; else those that seem to be meant. */
  axes?: Array<string>;
  /** The column of the classes. */
  label?: string;
  /** Whether the coordinates are the columns themselves. */
  directions?: Directions;
  /** Whether rows that lack a value are left out; by themselves, they are. */
  withoutMissing?: boolean;
  /** Whether rows that lie far from all others are. */
  withoutOutliers?: boolean;
};

/** What a column holds. */
export type Column = {
  /** Its name in the file, or its number. */
  name: string;
  /** Whether its cells are numbers, but for one in ten. */
  numeric: boolean;
  /** Cells with nothing in them, or NA. */
  missing: number;
  /** What stands in it, where that is at most 8 different things. */
  labels: Array<string> | null;
};

/** A table, as it was read. */
export type Table = {
  /** How it is written. */
  readAs: Array<Says>;
  /** Its columns. */
  columns: Array<Column>;
  /** Its first rows, their cells shortened. */
  first: Array<Array<string>>;
  /** How many rows it has. */
  rows: number;
  /** What each column seems to be for; null where no column can be a label. */
  roles: Roles | null;
};

/** Where the bins lie, and the reverse times. */
export type Domain = {
  /** How many coordinates a particle has. */
  dimension: 1 | 2;
  /** The lower corner. */
  min: Array<number>;
  /** The upper corner. */
  max: Array<number>;
  /** `steps + 1` of them, from the horizon to the stop. */
  times: Float64Array;
};

/** 1D: closed forms at one time on equidistant points. */
export type Curves = {
  /** The points. */
  x: Float64Array;
  /** `p_t(x)`. */
  unguided: Float64Array;
  /** `p_t(x|c)`. */
  target: Float64Array;
  /** Proportional to `p_t(x) p_t(c|x)^gamma`, normalised over the real line. */
  tilted: Float64Array;
  /** `p_t(c|x)`. */
  posterior: Float64Array;
  /** The tested classifier's `phat(c|x)`. */
  testedPosterior: Float64Array;
  /** `grad log p_t(c|x)`. */
  guidance: Float64Array;
  /** `grad log phat(c|x)`. */
  testedGuidance: Float64Array;
};

/** 1D: the marginal density `p_t(x)` at reverse steps, `rows` of `columns`, row 0 at the horizon. */
export type Spacetime = {
  /** Row by row. */
  density: Float32Array;
  /** Reverse steps. */
  rows: number;
  /** Points. */
  columns: number;
};

/** 2D: closed forms at one time on a raster, row-major, `x_1` fastest, row 0 at the bottom. */
export type Plane = {
  /** Points along `x_1`. */
  columns: number;
  /** Points along `x_2`. */
  rows: number;
  /** `p_t(x)`. */
  density: Float32Array;
  /** `p_t(x|c)`. */
  target: Float32Array;
  /** `p_t(c|x)`. */
  posterior: Float32Array;
};

/** 2D: the arrows of one field on a coarse raster. */
export type Arrows = {
  /** Points along `x_1`. */
  columns: number;
  /** Points along `x_2`. */
  rows: number;
  /** Pairs `(v_1, v_2)`. */
  vectors: Float32Array;
};

/** 2D: exact marginal densities along each axis: those of the first axis, then those of the second. */
export type Marginals = {
  /** Of `p_t`. */
  unguided: Float64Array;
  /** Of `p_t(.|c)`. */
  target: Float64Array;
  /** Of the tilted density. */
  tilted: Float64Array;
};

/** Closed forms at one point; vectors have one number for each coordinate. */
export type Probe = {
  /** `p_t(x)`. */
  density: number;
  /** `p_t(x|c)`. */
  target: number;
  /** `p_t(c|x)`. */
  posterior: number;
  /** The tested classifier's `phat(c|x)`. */
  testedPosterior: number;
  /** `grad log p_t(x)`. */
  score: Float64Array;
  /** `grad log p_t(c|x)`. */
  guidance: Float64Array;
  /** `grad log phat(c|x)`. */
  testedGuidance: Float64Array;
};

/**
 * Closed forms at some points, in their order: one number, or as many as there are coordinates (row-major),
 * for each.
 */
export type PointValues = {
  /** `log p_t(x)`. */
  logDensity: Float64Array;
  /** `log p_t(c|x)`. */
  logPosterior: Float64Array;
  /** `grad log p_t(x)`. */
  score: Float64Array;
  /** `grad log p_t(c|x)`. */
  guidance: Float64Array;
  /** The tested classifier's `log phat(c|x)`. */
  testedLogPosterior: Float64Array;
  /** The gradient that the tested classifier guides with, `grad log phat(c|x)`. */
  testedGuidance: Float64Array;
};

/** Positions of one particle at its first and every later step, by the state's sampler, row-major. */
export type DroppedPath = {
  /** Guided by the exact classifier. */
  exact: Float64Array;
  /** Guided by the classifier under test. */
  tested: Float64Array;
};

/** A network from a file. */
export type FromFile = {
  /** Its shape, and which file. */
  recipe: Recipe;
  /** Its numbers. */
  weights: Float32Array;
};

/** How training stands. */
export type Progress = {
  /** Steps done. */
  step: number;
  /** Steps of the recipe. */
  of: number;
  /** Whether, and why, it has ended: all steps are done, the target was met, or all steps are done and it was not. */
  outcome: 'running' | 'steps' | 'target' | 'missed';
  /** The mean loss before the last look; NaN at step 0. */
  loss: number;
  /** `KL(p || phat)` on the validation samples at the last look. */
  kl: number;
  /** The looks since the answer before: triples of step, loss and KL. */
  curve: Float64Array;
  /** The network's numbers as they are. */
  weights: Float32Array;
};

/** A mixture in many dimensions that was fitted to own data, and some of them. */
export type FittedMany = {
  /** The state that the command prints for the same data and seed. */
  state: {
    mixture: {
      weight: number;
      mean: number[];
      covariance: { diagonal: number[]; factors: number[][] };
      class: number;
    }[];
    process: Process;
  };
  /** What was done. */
  notes: Array<Says>;
  /** By class: its name; empty where it is the number. */
  labels: Array<string>;
  /** The pixels of a row of an image, and how many rows there are; 0 where the data are no images. */
  width: number;
  /** See `width`. */
  height: number;
  /** Of images: some of each class, as they were fitted. Else: places in the plane of the two discriminant directions. */
  values: Float32Array;
  /** The class of each of them. */
  classes: Uint32Array;
};

/** Particles in many dimensions, from the first step to the last. */
export type Drawn = {
  /** The reverse times. */
  times: Float64Array;
  /** `[step][lane][particle][coordinate]`; with `flat` the two coordinates in the plane of the discriminant directions. */
  positions: Float32Array;
  /** The most likely class of each at the end, `[lane][particle]`; 4294967295 of one that is no number any more. */
  labels: Uint32Array;
};

/** The lane `corrected` in many dimensions, beside a [`Drawn`]. */
export type Corrected = {
  /** `[step][particle][coordinate]`, or in the plane as there: those that are drawn by their weights at the end, and their forebears. */
  positions: Float32Array;
  /** The most likely class of each at the end, as there. */
  labels: Uint32Array;
  /** What the weights say of each target class. */
  weights: Array<OfTarget>;
};

/** What the weights of a target's particles say, as [`Weights`] does in one and two dimensions. */
export type OfTarget = {
  /** The class. */
  class: number;
  /** How many particles there are. */
  particles: number;
  /** The effective sample size at the end. */
  effective: number;
  /** The same of the families of the first particles. */
  lineages: number;
  /** How often they were drawn anew. */
  resamplings: number;
};

/** The plane of the two discriminant directions of a mixture in many dimensions, and where clean data lie in it. */
export type Flat = {
  /** The directions, one after the other, each of length 1. */
  directions: Float32Array;
  /** The places of draws from the mixture, two numbers each. */
  values: Float32Array;
  /** The class of each of them. */
  classes: Uint32Array;
};

/** What is known of one particle in many dimensions; of each class by its place. */
export type Cell = {
  /** `E[X_0|x]`, the denoised guess. */
  guess: Float32Array;
  /** `log p_t(y|x)`. */
  posterior: Float64Array;
  /** `log phat(y|x)`. */
  testedPosterior: Float64Array;
  /** `grad log p_t(c|x)`. */
  guidance: Float32Array;
  /** `grad log phat(c|x)`. */
  testedGuidance: Float32Array;
};

/** The choice, for the page to show. */
export type EngineInfo = {
  /** Where the particles run. */
  backend: Backend;
  /** The GPU's name, `"CPU"` for the CPU engine. */
  adapter: string;
  /** Why, in an English sentence for a person. */
  reason: string;
  /** The same as a code and named values, for other languages. */
  says: Says;
};

/** A Monte-Carlo estimate and its standard error. */
export type Estimate = {
  /** The estimate. */
  estimate: number;
  /** Its standard error. */
  standardError: number;
};

/** Readouts by quadrature at one time. */
export type ExactMeasures = {
  /** `t`. */
  time: number;
  /** `E_{p_t} KL(p(.|x) || phat(.|x))`, nats. */
  conditionalKl: number;
  /** `E_{p_t(.|c)} |grad log phat(c|x) - g|^2`. */
  guidanceMse: number;
  /** `E_{p_t} sum_y p(y|x) |grad log phat(y|x) - grad log p(y|x)|^2`. */
  guidanceMseJoint: number;
  /** `E_{p_t(.|c)} |g|^2`. */
  guidanceNorm: number;
  /**
   * An estimate of the largest relative error of the four: what the last refinement changed, or the one
   * before; in cells, what halving each of them changed. At most `1e-9` (with a learned classifier `1e-5`) unless
   * the budget of nodes ran out.
   */
  relativeError: number;
};

/** The bound at one time, with what it is made of: `f_y = log phat(y|x) - log p(y|x)`. */
export type ErrorBound = {
  /** `t`. */
  time: number;
  /** `sqrt(kappa KL) ||L f||`: the guidance error of all classes is at most this. */
  bound: number;
  /** `E_{p_t} sum_y p(y|x) |grad f_y|^2`: the guidance error of all classes. */
  guidanceMseJoint: number;
  /** `E_{p_t} KL(p(.|x) || phat(.|x))`, nats. */
  conditionalKl: number;
  /** `B`, the largest `-f_y`; `kappa = B^2/(e^-B - 1 + B)`. */
  largestShortfall: number;
  /** `||L f||`, the root of the mean over `x, y ~ p_t` of `(tr Hess f_y + s_y . grad f_y)^2`. */
  roughness: number;
  /** The largest `|grad f_y|` where there are samples of the class. */
  slope: number;
  /** The largest `|tr Hess f_y|` there. */
  bend: number;
};

/** What the weights of the lane `corrected` say. */
export type Weights = {
  /** `(sum W)^2 / sum W^2`, the effective sample size. */
  effective: number;
  /** The same of the summed weights of those that descend from one first particle. */
  lineages: number;
  /** So many independent particles would know the mean of `log p(c|x)` and of each coordinate as well. */
  independent: number;
  /** How often the particles were drawn anew so far. */
  resamplings: number;
  /** An estimate of `log integral p_t(x) p_t(c|x)^gamma dx`, less that at the horizon. */
  logNormaliser: number;
  /** The standard error of the mean of `1/p(c|x)`. */
  reciprocalError: number;
  /** The standard error of the mean of `log p(c|x)`. */
  logProbabilityError: number;
};

/** What the particles of one lane say at one time. */
export type LaneMeasures = {
  /** KL of the binned particles from the exact class-conditional, nats. */
  samplingKl: Estimate;
  /** Its standard deviation around 0 for as many independent samples of the class-conditional. */
  samplingKlFloor: number;
  /** `E[1/p_t(c|x)]`. */
  meanReciprocal: Estimate;
  /** `E[log p_t(c|x)]`. */
  meanLogProbability: Estimate;
  /**
   * The fraction with `p_t(c|x)` at least that of the same particle in lane `conditional` (ties
   * count as improved); `None` without that lane.
   */
  fractionImproved: Estimate | null;
  /** The mean, length `d`. */
  mean: Array<number>;
  /** The unbiased covariance, `d` rows of `d`. */
  covariance: Array<Array<number>>;
  /** Particles that are infinite or NaN, left out of everything else. */
  nonFinite: number;
  /** The weights of the lane `corrected`; `None` in the others. Its standard errors come from them. */
  weights: Weights | null;
};

/** What the particles of one lane say beyond their bins. */
export type Distances = {
  /** `W_1` from `p_t(.|c)` in one dimension; in two the mean `W_1` of the projections on 16 directions. */
  wasserstein: Estimate;
  /** The expectation of the same for as many independent samples of `p_t(.|c)`. */
  wassersteinFloor: number;
  /** The differential entropy of the particles, nats. */
  entropy: Estimate;
  /** The particles that were looked at: the first finite ones, at most 200,000 in 1D, 10,000 in 2D. */
  particles: number;
};

/** What became of the particles of a lane in many dimensions, at the end where no time is named. */
export type Influence = {
  /** The mean of `log p_t(c|x)`. */
  logProbability: Estimate;
  /** The share whose `p(c|x)` is at least that of the same particle in conditional sampling. */
  improved: Estimate;
  /** The mean distance of two pictures with the same target. */
  distance: number;
  /** How many components the pictures take: the exponential of the entropy of the mean responsibilities. */
  components: number;
  /** The mean of `1/p_t(c|x)` at the time that was asked for. */
  reciprocal: Estimate;
  /** Those that are no pictures any more, or no numbers. */
  ruined: number;
};

/** How wrong a classifier is at a time, by draws. */
export type Wrong = {
  /** `E KL(p(.|x) || phat(.|x))`. */
  kl: Estimate;
  /** The guidance error (mean square), given the target class. */
  error: Estimate;
  /** The mean square of the exact guidance. */
  norm: Estimate;
};

/** How many images a classifier labels right that the mixture has not seen. */
export type Labelled = {
  /** The share. */
  right: Estimate;
  /** How many images there are. */
  images: number;
};

/** The element's `Measurement` (docs/api.md). */
export type Measurement = {
  /** Reverse steps done. */
  step: number;
  /** The estimates by the name of their lane. */
  lanes: Partial<Record<LaneName, LaneMeasures>>;
  /** What needs the particles themselves, by the name of their lane; see [`Measurement::add_distances`]. */
  distances?: Partial<Record<LaneName, Distances>>;
  /** `t`. */
  time: number;
  /** `E_{p_t} KL(p(.|x) || phat(.|x))`, nats. */
  conditionalKl: number;
  /** `E_{p_t(.|c)} |grad log phat(c|x) - g|^2`. */
  guidanceMse: number;
  /** `E_{p_t} sum_y p(y|x) |grad log phat(y|x) - grad log p(y|x)|^2`. */
  guidanceMseJoint: number;
  /** `E_{p_t(.|c)} |g|^2`. */
  guidanceNorm: number;
  /**
   * An estimate of the largest relative error of the four: what the last refinement changed, or the one
   * before; in cells, what halving each of them changed. At most `1e-9` (with a learned classifier `1e-5`) unless
   * the budget of nodes ran out.
   */
  relativeError: number;
};

/** One lane of a [`Frame`]. */
export type LaneFrame = {
  /** Its name. */
  name: LaneName;
  /** Counts over the domain: 256 bins in 1D; 128 x 128, row-major (`x_1` fastest, row 0 at the bottom), in 2D. */
  bins: Uint32Array;
  /** Particles outside the domain. */
  outside: number;
  /** See [`LaneMeasures`]. */
  samplingKl: Estimate;
  /** See [`LaneMeasures`]. */
  samplingKlFloor: number;
  /** See [`LaneMeasures`]. */
  meanReciprocal: Estimate;
  /** See [`LaneMeasures`]. */
  meanLogProbability: Estimate;
  /** See [`LaneMeasures`]. */
  fractionImproved: Estimate | null;
  /** See [`LaneMeasures`]. */
  mean: Array<number>;
  /** See [`LaneMeasures`]. */
  covariance: Array<Array<number>>;
  /** See [`LaneMeasures`]. */
  nonFinite: number;
  /** See [`LaneMeasures`]. */
  weights: Weights | null;
};

/** The particles of all lanes at one step. */
export type Frame = {
  /** Reverse steps done. */
  step: number;
  /** The diffusion time there. */
  time: number;
  /** The lanes; `tested` first. */
  lanes: Array<LaneFrame>;
  /** Tracked positions `[step][lane][particle][coordinate]` for the steps `firstPathStep..=step`. */
  paths: Float32Array;
  /** The first step of the paths. */
  firstPathStep: number;
  /** How many particles are tracked. */
  tracked: number;
  /** How many workers hold the particles. */
  workers: number;
  /** Million particle-steps (all lanes) a second in the last advance; 0 if nothing moved. */
  throughput: number;
  /** Milliseconds of work, without the wait for other figures. */
  took: number;
};

/**
 * An axis or a series of a figure. Series whose names agree up to the first comma, with the same unit and
 * scale, are drawn in one figure that is called by that part of the name.
 */
export type Quantity = {
  /** Its symbol or name. */
  name: string;
  /** Its unit; `"1"` for a pure number. */
  unit: string;
  /** Whether it belongs on a logarithmic scale. */
  log: boolean;
};

/** What an experiment is about, in words. */
export type About = {
  /** Its name on the command line. */
  name: string;
  /** Its title. */
  title: string;
  /** The claim in one sentence. */
  claim: string;
  /** Paper and section, or "ours". */
  source: string;
  /** The parameter. */
  axis: Quantity;
  /** What is measured, in the order of [`Row::values`]. */
  series: Array<Quantity>;
};

/** What the claim says of a series before anything is measured: drawn beside the points. */
export type GuideLine =
  | {
      kind: 'power';
      /** Index of the series. */
      series: number;
      /** The predicted slope. */
      slope: number;
      /** The least `x` at which the law holds. */
      from: number;
    }
  | {
      kind: 'level';
      /** Index of the series. */
      series: number;
      /** The number. */
      value: number;
      /** What it is. */
      name: string;
    }
  | {
      kind: 'points';
      /** Index of the series. */
      series: number;
      /** `x` and the number. */
      points: Array<[number, number]>;
      /** What they are. */
      name: string;
    };

/** How much work all points of an experiment are. */
export type Cost = {
  /** Steps of single particles, over all lanes. */
  particleSteps: number;
  /** Seconds on one core of a laptop, roughly. */
  seconds: number;
};

/** An experiment at one size. */
export type Planned = {
  /** The points to measure. */
  points: Array<number>;
  /** What they cost. */
  cost: Cost;
  /** What is drawn beside the series. */
  guides: Array<GuideLine>;
};

/** What a menu says of an experiment. */
export type Entry = {
  /** In words. */
  about: About;
  /** For a quick look. */
  small: Planned;
  /** For a figure. */
  default: Planned;
};

/** Curves over the bins of an axis of its own. */
export type Chart = {
  /** What it shows. */
  title: string;
  /** The axis. */
  axis: Quantity;
  /** The edges of the bins, one more than there are bins. */
  edges: Array<number>;
  /** The curves. */
  series: Array<Quantity>;
  /** For each curve a value for each bin, none where there is nothing to tell it from. */
  values: Array<Array<Estimate | null>>;
};

/** One point of an experiment. */
export type Row = {
  /** The parameter. */
  x: number;
  /** The series; the standard error of an exact value is 0. */
  values: Array<Estimate>;
  /** Further pictures of this point alone. */
  charts?: Array<Chart>;
};

/** One point of an experiment. */
export type Measured = {
  /** What was measured. */
  row: Row;
  /** A state that shows the point in the main figure, if there is one. */
  state: State | null;
};

/** The samples of two lanes, particle by particle. */
export type Pairs = {
  /** `log p(c|x)` of the first minus that of the second; NaN where one of the two is lost. */
  gains: Float32Array;
  /** A map of where those are that lose, and a histogram of the gains. */
  charts: Array<Chart>;
};

/** The exact law of lane `tested` in continuous time. */
export type Law = {
  /** The points. */
  x: Float64Array;
  /** The density. */
  density: Float64Array;
  /** An estimate of its error, `integral |error| dx`. */
  error: number;
};

/** What is read from one law at the end of the run. */
export type Harmed = {
  /** `W_1` from the class-conditional `p(x|c)`, length. */
  wasserstein: number;
  /** `E[1/p(c|x)]`; none where it hangs on a tail of the density that is not resolved. */
  meanReciprocal: number | null;
  /**
   * The fraction with `p(c|x)` at least that of the same start under plain conditional sampling; none for the
   * SDE, where it needs the same noise too.
   */
  fractionImproved: number | null;
  /** An estimate of the error of the distance. */
  error: number;
};

/** Both processes in continuous time. */
export type Harm = {
  /** The probability-flow ODE. */
  ode: Harmed;
  /** The SDE. */
  sde: Harmed;
};

/** The sampling KL at the end of the run in nats, and what each part adds to it. */
export type WhoseHarm = {
  /** With both as they are. */
  both: Estimate;
  /** With the exact score. */
  exactScore: Estimate;
  /** With the exact classifier. */
  exactGuidance: Estimate;
  /** With both exact: what the guidance scale itself does. */
  exact: Estimate;
  /** What the wrong score alone adds to that. The error is that of independent runs; the same noise makes it smaller. */
  ofScore: Estimate;
  /** What the wrong guidance alone adds. */
  ofGuidance: Estimate;
  /** What both add together beyond the sum of the two. */
  ofBoth: Estimate;
};

/** A fitted line; the standard errors are those of the residuals' scatter, NaN for two points. */
export type Line = {
  /** The slope. */
  slope: Estimate;
  /** The value at 0. */
  intercept: Estimate;
};

/** The line fitted to a series for which a power law is predicted. */
export type Fit = {
  /** Index of the series. */
  series: number;
  /** `log y` against `log x`. */
  line: Line;
};

/** What the claim says of a measured number. */
export type Predicted = number | [number, number];

/** A measured number beside the predicted one. */
export type Check = {
  /** What it is, in English. */
  quantity: string;
  /** The same for other languages. */
  says: Says;
  /** The measurement. */
  measured: Estimate;
  /** The prediction. */
  predicted: Predicted;
  /** Whether they agree. */
  agrees: boolean;
};

/** What the rows say of the claim. */
export type Verdict = {
  /** Number by number. */
  checks: Array<Check>;
  /** Whether all of them agree. */
  agrees: boolean;
  /** For a person, in English. */
  words: string;
  /** The same for other languages. */
  says: Says;
};

/** What the rows so far say. */
export type Report = {
  /** Fits of the series that have two points already. */
  fits: Array<Fit>;
  /** Only when all points are measured. */
  verdict: Verdict | null;
};

/** How much work a sweep is, known before it starts. */
export type SweepCost = {
  /** Values. */
  points: number;
  /** Steps of single particles, over all lanes and values. */
  particleSteps: number;
  /** Seconds on one core of a laptop, roughly. */
  seconds: number;
  /** Bytes of the particles at one value and of all rows. */
  bytes: number;
};
