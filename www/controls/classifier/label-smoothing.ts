/** A classifier trained on smoothed labels: a part of its probability is the same for every class. */
import { html, nothing } from 'lit';
import { patchOf } from '../../lab/paths';
import { t } from '../../words';
import { tm } from '../../words/markup';
import { formatNumber, formatPlain } from '../../words/numbers';
import { limits, slider } from '../inputs';
import type { KindControl } from './kind';

export const labelSmoothing: KindControl<'label-smoothing'> = {
  kind: 'label-smoothing',
  label: () => t('Trained on smoothed labels'),
  first: { kind: 'label-smoothing', epsilon: 0.1 },
  about: ({ epsilon }) =>
    t('The classifier under test was trained on smoothed labels: ε = {epsilon}.', {
      epsilon: formatNumber(epsilon, 3),
    }),
  question: ({ epsilon }) =>
    t('The classifier shares {epsilon} of its probability equally among the classes. How wrong is its guidance?', {
      epsilon: formatPlain(epsilon),
    }),
  controls: ({ epsilon }, lab, shown) =>
    shown('epsilon')
      ? html`${slider({
          id: 'epsilon',
          label: html`${tm('Smoothing *ε*')}`,
          name: t('Smoothing ε of the labels'),
          value: epsilon,
          ...limits(lab, 'classifier.epsilon', 0, 0.9),
          step: 0.01,
          words: 'label-smoothing',
          note: epsilon === 0 ? t('exact') : nothing,
          input: (value) => lab.change(patchOf('classifier.epsilon', value)),
        })}
          <p class="formula">
      <i>p̂</i>(<i>y</i>|<i>x</i>) = (1 − <i>ε</i>) <i>p</i>(<i>y</i>|<i>x</i>) + <i>ε</i>/<i>K</i>
          </p>`
      : html`${nothing}`,
};
