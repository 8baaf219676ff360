/** Pairs of networks that reach the same KL by different ways. */
import { t } from '../words';
import type { Recipe } from '../workers/protocol';

export interface Pair {
  name: string;
  title(): string;
  /** What each is called. */
  sides(): [string, string];
  /** Of a base, for a mixture of so many dimensions. */
  recipes(base: Recipe, dimension: number): [Recipe, Recipe];
}

const CROSS_ENTROPY = { crossEntropy: 1, brier: 0, denoising: 0, gradientPenalty: 0, curvature: 0 };

/** No features, no penalties. */
function plain(base: Recipe): Recipe {
  return {
    ...base,
    hidden: [32, 32],
    activation: 'tanh',
    fourier: null,
    labelSmoothing: 0,
    inputNoise: 0,
    loss: CROSS_ENTROPY,
    weightDecay: 0,
    spectralNorm: null,
  };
}

/** Free to ripple: features of a bandwidth that is large for distances in the data. */
function rough(base: Recipe, dimension: number): Recipe {
  return { ...plain(base), fourier: { features: 64, bandwidth: dimension === 1 ? 12 : 6 } };
}

const roughName = () => t('random features');

export const PAIRS: readonly Pair[] = [
  {
    name: 'features',
    title: () => t('Random features, or none'),
    sides: () => [roughName(), t('plain')],
    recipes: (base, dimension) => [rough(base, dimension), plain(base)],
  },
  {
    name: 'curvature',
    title: () => t('Random features, without and with a curvature ridge'),
    sides: () => [roughName(), t('with a curvature ridge')],
    recipes: (base, dimension) => [
      rough(base, dimension),
      { ...rough(base, dimension), loss: { ...CROSS_ENTROPY, curvature: dimension === 1 ? 1e-4 : 1e-3 } },
    ],
  },
  {
    name: 'denoising',
    title: () => t('Random features: cross-entropy, or the denoising loss'),
    sides: () => [t('cross-entropy'), t('denoising loss')],
    recipes: (base, dimension) => [
      rough(base, dimension),
      { ...rough(base, dimension), loss: { ...CROSS_ENTROPY, crossEntropy: 0, denoising: 1 } },
    ],
  },
  {
    name: 'own',
    title: () => t('The network under test, and a plain one'),
    sides: () => [t('under test'), t('plain')],
    recipes: (base) => [base, plain(base)],
  },
];
