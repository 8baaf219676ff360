/** A network that is trained on samples of the mixture. */
import { html } from 'lit';
import { t } from '../../words';
import type { KindControl } from './kind';

export const learned: KindControl<'learned'> = {
  kind: 'learned',
  label: () => t('Trained network'),
  first: {
    kind: 'learned',
    recipe: {
      hidden: [64, 64],
      activation: 'tanh',
      fourier: null,
      time: true,
      points: null,
      noise: [0.03, 2],
      flipped: 0,
      loss: { crossEntropy: 1, brier: 0, denoising: 0, gradientPenalty: 0, curvature: 0 },
      weightDecay: 0,
      batch: 512,
      rate: 0.003,
      steps: 4000,
      targetKl: 0.003,
      seed: 1,
    },
  },
  about: () => t('The classifier under test is a network trained on noised samples.'),
  question: () => t('A network was trained on noised samples. How wrong is its guidance?'),
  controls: () => html``,
};
