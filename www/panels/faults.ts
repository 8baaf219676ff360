/** What people really do to guidance, each as a link: what to look for, and where it is met. */
import { equal, getPath, isPlain, type Plain } from '../lab/paths';
import { t } from '../words';
import type { State } from '../workers/protocol';

export interface Fault {
  /** In links of the documentation. */
  name: string;
  title(): string;
  /** What to look for. */
  look(): string;
  /** Where it is met in practice. */
  met(): string;
  /** What it is: laid over the preset. */
  patch: Plain;
}

/** All start from the same two classes on a line. */
export const PRESET = 'wiggle';
const SHOWN = { guidance: { gamma: 1 }, compare: ['exact', 'conditional'] };
/** Rules hold for the lanes `tested` and `exact` alike: with the exact classifier these are the same. */
const RULED = { compare: ['conditional'], classifier: { kind: 'exact' } };

export const FAULTS: readonly Fault[] = [
  {
    name: 'never-saw-noise',
    title: () => t('It never saw noise'),
    look: () =>
      t(
        'Watch the start of the run: the guidance is full where it should be next to nothing, and the paths are thrown far out.',
      ),
    met: () => t('A classifier that was trained on clean images and is asked at every noise level.'),
    patch: { ...SHOWN, classifier: { kind: 'noise-blind', time: 0, input: 'noisy' } },
  },
  {
    name: 'denoised-guess',
    title: () => t('Through the denoised guess'),
    look: () =>
      t(
        'Watch the middle of the run: the guidance is several times too strong there, and the samples are too sure and too alike.',
      ),
    met: () =>
      t(
        'DPS (arXiv 2209.14687) and universal guidance (arXiv 2302.07121) ask a clean classifier about the predicted datum.',
      ),
    patch: { ...SHOWN, classifier: { kind: 'denoised', jacobian: true } },
  },
  {
    name: 'no-jacobian',
    title: () => t('The guess, without its Jacobian'),
    look: () =>
      t('The gradient is not passed back through the denoiser: compare it with the one that is, at the same time.'),
    met: () => t('Implementations that detach the predicted datum to save memory.'),
    patch: { ...SHOWN, classifier: { kind: 'denoised', jacobian: false } },
  },
  {
    name: 'wrong-time',
    title: () => t('Off by one in time'),
    look: () =>
      t('KL stays small and the samples keep a share of the other class: it looks at more noise than there is.'),
    met: () => t('A time index that is shifted on the way to the classifier (openai/guided-diffusion, issue 51).'),
    patch: { ...SHOWN, classifier: { kind: 'mistimed', shift: 0.3 } },
  },
  {
    name: 'too-sure',
    title: () => t('Too sure of itself'),
    look: () => t('The samples lie too far out and too close together, in the ODE more than in the SDE.'),
    met: () => t('Over-confident networks (arXiv 1706.04599).'),
    patch: { ...SHOWN, classifier: { kind: 'tempered', sharpness: 2, bias: 0 } },
  },
  {
    name: 'too-frequent',
    title: () => t('It has seen the class too often'),
    look: () => t('KL stays under full noise, the guidance is too weak, and the samples stop short of the class.'),
    met: () => t('A class that is more frequent in training than in the data to be sampled.'),
    patch: { ...SHOWN, classifier: { kind: 'tempered', sharpness: 1, bias: 1 } },
  },
  {
    name: 'smoothed-labels',
    title: () => t('Smoothed labels'),
    look: () => t('A share ε/2 of the samples ends in the other class, in the ODE and in the SDE alike.'),
    met: () => t('Label smoothing (arXiv 1512.00567), which many image classifiers are trained with.'),
    patch: { ...SHOWN, classifier: { kind: 'label-smoothing', epsilon: 0.1 } },
  },
  {
    name: 'ripple',
    title: () => t('A ripple that the loss does not see'),
    look: () =>
      t('KL below two thousandths, and the ODE does not reach the class at all; the SDE averages the ripple out.'),
    met: () => t('Our instance of arXiv 2601.21200; random Fourier features make such ripples.'),
    patch: {
      ...SHOWN,
      classifier: {
        kind: 'wiggle',
        form: 'logit',
        frequency: 32,
        amplitude: { law: 'inverse', scale: 5 },
        smoothing: 0,
      },
    },
  },
  {
    name: 'trained',
    title: () => t('A trained classifier'),
    look: () =>
      t(
        'A network learns the two classes while you watch, until its KL is 0.003. It has random features, and its guidance points back and forth: slide them to 0, train again to the same KL, and compare.',
      ),
    met: () => t('Fourier features before a network (arXiv 2006.10739), trained by cross-entropy as usual.'),
    patch: {
      ...SHOWN,
      process: { steps: 200 },
      particles: 5000,
      classifier: {
        kind: 'learned',
        recipe: {
          hidden: [32, 32],
          fourier: { features: 64, bandwidth: 12 },
          noise: [0.01, 8],
          targetKl: 0.003,
        },
      },
    },
  },
  {
    name: 'averaged',
    title: () => t('The ripple, averaged away'),
    look: () =>
      t(
        'The same ripple after averaging over noisy copies of width 0.15: nothing of it is left in the guidance, and the samples reach the class.',
      ),
    met: () => t('Randomised smoothing (arXiv 1902.02918).'),
    patch: {
      ...SHOWN,
      classifier: {
        kind: 'wiggle',
        form: 'logit',
        frequency: 32,
        amplitude: { law: 'inverse', scale: 5 },
        smoothing: 0.15,
      },
    },
  },
  {
    name: 'forgot-sigma',
    title: () => t('Forgot the sigma'),
    look: () => t('The guidance is divided by the noise once too often: too strong at the end of the run.'),
    met: () => t('Noise and score confused, in code that predicts noise.'),
    patch: { ...RULED, guidance: { gamma: 1, sigmaPower: -1 } },
  },
  {
    name: 'sigma-twice',
    title: () => t('The sigma twice'),
    look: () => t('The guidance is multiplied by the noise once too often: too weak at the end of the run.'),
    met: () => t('Noise and score confused, in code that predicts noise.'),
    patch: { ...RULED, guidance: { gamma: 1, sigmaPower: 1 } },
  },
  {
    name: 'clipped',
    title: () => t('The gradient is cut off'),
    look: () =>
      t('Where the gradient should be large, far from the class, it is not: a share of the samples stays behind.'),
    met: () => t('Gradients clipped against outliers.'),
    patch: { ...RULED, guidance: { gamma: 1, clip: 1 } },
  },
  {
    name: 'scheduled',
    title: () => t('A scale that grows over the steps'),
    look: () => t('The mean scale is the same, but the particles choose their side early, while it is still small.'),
    met: () => t('Schedules of the guidance scale (arXiv 2404.13040).'),
    patch: { ...RULED, guidance: { gamma: 1, schedule: 'linear' } },
  },
  {
    name: 'cfg-plus-plus',
    title: () => t('CFG++'),
    look: () => t('Double the number of steps: the samples move further out, and no number of steps is enough.'),
    met: () => t('CFG++ (arXiv 2406.08070), at λ between 0 and 1.'),
    patch: { ...RULED, guidance: { gamma: 0.6 }, process: { sampler: 'cfg++' } },
  },
  {
    name: 'weaker-guide',
    title: () => t('Guided by a weaker model'),
    look: () =>
      t('At γ = 1 the samples are too wide, near γ = 1.36 they are as wide as the class, and at γ = 3 too narrow.'),
    met: () => t('Autoguidance (arXiv 2406.02507): a model that is guided away from a worse one of itself.'),
    patch: {
      ...RULED,
      guidance: { gamma: 1.36, guide: 'weaker' },
      score: { kind: 'inflated', variance: 0.05, weaker: 0.25 },
    },
  },
];

/** The paths of a patch with what they are set to. */
function paths(patch: Plain, at = ''): [string, unknown][] {
  return Object.entries(patch).flatMap(([key, value]) => {
    const path = at ? `${at}.${key}` : key;
    return isPlain(value) ? paths(value, path) : [[path, value] as [string, unknown]];
  });
}

/** The fault that a state has, if it is one of these. */
export function faultOf(state: State): Fault | null {
  return FAULTS.find(({ patch }) => paths(patch).every(([path, value]) => equal(getPath(state, path), value))) ?? null;
}

/** The query of a fault, beside its preset. */
export function queryOf({ patch }: Fault): URLSearchParams {
  return new URLSearchParams(
    paths(patch).map(([path, value]) => [path, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}
