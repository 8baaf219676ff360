/** The exact classifier of another time: one that is told the wrong noise level. */
import { html, nothing } from 'lit';
import { patchOf } from '../../lab/paths';
import { t } from '../../words';
import { tm } from '../../words/markup';
import { formatNumber, formatPlain } from '../../words/numbers';
import { limits, slider } from '../inputs';
import type { KindControl } from './kind';

export const mistimed: KindControl<'mistimed'> = {
  kind: 'mistimed',
  label: () => t('Told the wrong time'),
  // The default is the exact classifier: what is chosen is to be seen.
  first: { kind: 'mistimed', shift: 0.3 },
  about: ({ shift }) =>
    t('The classifier under test is the exact one of another time: {shift} from the present.', {
      shift: formatNumber(shift, 3),
    }),
  question: ({ shift }) =>
    t('The classifier takes the time for {shift} more than it is. How wrong is its guidance?', {
      shift: formatPlain(shift),
    }),
  controls: ({ shift }, lab, shown) =>
    shown('shift')
      ? html`${slider({
          id: 'shift',
          label: html`${tm('Shift *d*')}`,
          name: t('Shift d of the classifier’s time'),
          value: shift,
          ...limits(lab, 'classifier.shift', -1, 2),
          step: 0.05,
          words: 'mistimed',
          note: shift === 0 ? t('exact') : shift > 0 ? t('more noise') : t('less noise'),
          input: (value) => lab.change(patchOf('classifier.shift', value)),
        })}
          <p class="formula">
      <i>p̂</i>(<i>y</i>|<i>x</i>) = <i>p</i><sub>${shift < 0 ? html`max(<i>t</i> + <i>d</i>, 0)` : html`<i>t</i> + <i>d</i>`}</sub>(<i>y</i>|<i>x</i>)
          </p>`
      : html`${nothing}`,
};
