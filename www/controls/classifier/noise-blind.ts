/** A classifier that was trained at one noise level, and is asked at all of them. */
import { html, nothing } from 'lit';
import { patchOf } from '../../lab/paths';
import { t } from '../../words';
import { tm } from '../../words/markup';
import { formatNumber } from '../../words/numbers';
import { choice, limits, slider } from '../inputs';
import type { KindControl } from './kind';

export const noiseBlind: KindControl<'noise-blind'> = {
  kind: 'noise-blind',
  label: () => t('Knows one noise level'),
  first: { kind: 'noise-blind', time: 0, input: 'noisy' },
  about: ({ time }) =>
    time === 0
      ? t('The classifier under test was trained on clean data: it never saw noise.')
      : t('The classifier under test knows one noise level, that of the time {time}.', { time: formatNumber(time, 3) }),
  question: ({ time }) =>
    time === 0
      ? t('The classifier was trained on clean data only. How wrong is its guidance?')
      : t('The classifier was trained at the time {time} only. How wrong is its guidance?', {
          time: formatNumber(time, 3),
        }),
  controls: ({ time, input }, lab, shown) =>
    html`${
      shown('trained')
        ? slider({
            id: 'trained',
            label: html`${tm('Trained at *t*₀')}`,
            name: t('Time t₀ at which the classifier was trained'),
            value: time,
            ...limits(lab, 'classifier.time', 0, Math.min(3, lab.state.process.horizon)),
            step: 0.05,
            words: 'noise-blind',
            note: time === 0 ? t('clean data') : nothing,
            input: (value) => lab.change(patchOf('classifier.time', value)),
          })
        : nothing
    }
    ${
      shown('input')
        ? choice(
            'input',
            t('It is shown'),
            input,
            [
              { value: 'noisy', label: t('the noisy point') },
              { value: 'rescaled', label: t('the point rescaled') },
            ],
            (value) => lab.change(patchOf('classifier.input', value)),
          )
        : nothing
    }
    ${
      shown('trained')
        ? html`<p class="formula">
      <i>p̂</i>(<i>y</i>|<i>x</i>) = <i>p</i><sub><i>t</i>₀</sub>(<i>y</i>|${input === 'noisy' ? html`<i>x</i>` : html`<i>x</i> e<sup><i>t</i> − <i>t</i>₀</sup>`})
          </p>`
        : nothing
    }`,
};
