/** A network that is trained on samples of the mixture. */
import { html } from 'lit';
import { LabError } from '../../lab/error';
import type { Lab } from '../../lab/lab';
import { networkOf } from '../../lab/networks';
import { t } from '../../words';
import { formatCount } from '../../words/numbers';
import { again } from '../../workers/again';
import type { KindControl } from './kind';

export const learned: KindControl<'learned'> = {
  kind: 'learned',
  label: () => t('Trained network'),
  first: {
    kind: 'learned',
    recipe: {
      hidden: [32, 32],
      activation: 'tanh',
      fourier: null,
      time: true,
      points: null,
      // All that the run will ask it about.
      noise: [0.01, 8],
      flipped: 0,
      labelSmoothing: 0,
      inputNoise: 0,
      loss: { crossEntropy: 1, brier: 0, denoising: 0, gradientPenalty: 0, curvature: 0 },
      weightDecay: 0,
      spectralNorm: null,
      batch: 512,
      rate: 0.003,
      steps: 4000,
      targetKl: 0.003,
      seed: 1,
      weights: null,
    },
  },
  about: (_, state) => {
    const course = state && networkOf(state)?.course;
    if (!course) return t('The classifier under test is a network that is not trained yet: its guidance is 0.');
    if (course.outcome === 'opened') return t('The classifier under test is a network from a file.');
    const steps = { step: formatCount(course.step) };
    return course.phase === 'done'
      ? t('The classifier under test is a network, trained on noised samples for {step} steps.', steps)
      : t('The classifier under test is a network that is still learning, after {step} steps.', steps);
  },
  question: () => t('How wrong is its guidance?'),
  controls: ({ recipe }, bench, shown) => {
    // A whole Lab: pictures, whose bench is less, have controls of their own.
    const lab = bench as Lab;
    if (trainingControls) return trainingControls(recipe, lab, shown);
    void bring(lab);
    return html``;
  },
};

let trainingControls: typeof import('../training').trainingControls | null = null;

async function bring(lab: Lab): Promise<void> {
  try {
    ({ trainingControls } = await again(() => import('../training')));
    lab.train.told();
  } catch (thrown) {
    lab.report(LabError.from(thrown));
  }
}
