/** The picture and its numbers in sentences: for those who do not see it, and for captions. */
import { aboutClassifier } from '../controls/classifier';
import type { Lab } from '../lab/lab';
import { t } from '../words';
import { className } from '../words/classes';
import { estimateText, formatCount, formatNumber, formatTime } from '../words/numbers';
import type { LaneName } from '../workers/protocol';

const LANES: Record<LaneName, () => string> = {
  tested: () => t('Tested particles'),
  exact: () => t('Particles with the exact classifier'),
  unguided: () => t('Particles without guidance'),
  conditional: () => t('Particles of conditional sampling'),
  corrected: () => t('Particles weighted to the tilted density'),
};

const list = (values: number[]) => values.map((value) => formatNumber(value, 3)).join(', ');

/** What stands on the page now; the numbers are measured for it, not remembered. */
export async function describe(lab: Lab): Promise<string[]> {
  const measured = await lab.measure();
  const { state } = lab;
  const { mixture, guidance, process } = state;
  const dimension = mixture[0]?.mean.length ?? 1;
  const classes = new Set(mixture.map((each) => each.class)).size;
  const target = mixture.filter((each) => each.class === guidance.target).map((each) => `(${list(each.mean)})`);
  const sentences = [
    t('The data: a mixture of {count} Gaussians in {classes} classes, on a {shape}.', {
      count: formatCount(mixture.length),
      classes: formatCount(classes),
      shape: dimension === 1 ? t('line') : t('plane'),
    }),
    t('The target is class {target}, with its centres at {centres}; the guidance scale is {gamma}.', {
      target: className(state, guidance.target),
      centres: target.join(', '),
      gamma: formatNumber(guidance.gamma, 3),
    }),
    aboutClassifier(state),
    t('Time {time}, step {step} of {steps}, from noise to data.', {
      time: formatTime(measured.time),
      step: formatCount(measured.step),
      steps: formatCount(process.steps),
    }),
    t('Conditional KL {kl} nats; guidance error {mse}, against a mean square guidance of {norm}.', {
      kl: formatNumber(measured.conditionalKl, 2),
      mse: formatNumber(measured.guidanceMse, 2),
      norm: formatNumber(measured.guidanceNorm, 2),
    }),
  ];
  for (const [name, lane] of Object.entries(measured.lanes)) {
    const variances = lane.covariance.map((row, k) => row[k] as number);
    sentences.push(
      t('{lane}: mean {mean}, variance {variance}, sampling KL {kl} nats, average of 1/p {reciprocal}.', {
        lane: LANES[name as LaneName](),
        mean: list(lane.mean),
        variance: list(variances),
        kl: estimateText(lane.samplingKl),
        reciprocal: estimateText(lane.meanReciprocal),
      }),
    );
  }
  return sentences;
}
