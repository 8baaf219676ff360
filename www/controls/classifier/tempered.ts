/** A classifier that is too sure of itself, or not sure enough, or that has seen the target class too often. */
import { html, nothing } from 'lit';
import { patchOf } from '../../lab/paths';
import { t } from '../../words';
import { tm } from '../../words/markup';
import { formatNumber, formatPlain } from '../../words/numbers';
import { limits, slider } from '../inputs';
import type { KindControl } from './kind';

export const tempered: KindControl<'tempered'> = {
  kind: 'tempered',
  label: () => t('Tempered'),
  // The default is the exact classifier: what is chosen is to be seen.
  first: { kind: 'tempered', sharpness: 2, bias: 0 },
  about: ({ sharpness, bias }) =>
    t('The classifier under test is tempered: sharpness {sharpness}, bias {bias} nats.', {
      sharpness: formatNumber(sharpness, 3),
      bias: formatNumber(bias, 3),
    }),
  question: ({ sharpness }) =>
    t('The classifier’s logits are {sharpness} times the exact ones. How wrong is its guidance?', {
      sharpness: formatPlain(sharpness),
    }),
  controls: ({ sharpness, bias }, lab, shown) =>
    html`${
      shown('sharpness')
        ? slider({
            id: 'sharpness',
            label: html`${tm('Sharpness *b*')}`,
            name: t('Sharpness b of the classifier'),
            value: sharpness,
            ...limits(lab, 'classifier.sharpness', 0, 8),
            step: 0.05,
            words: 'tempered',
            note: sharpness === 1 ? t('exact') : sharpness > 1 ? t('too sure') : t('not sure enough'),
            input: (value) => lab.change(patchOf('classifier.sharpness', value)),
          })
        : nothing
    }
    ${
      shown('bias')
        ? slider({
            id: 'bias',
            label: html`${tm('Bias *e*')}`,
            name: t('Bias e of the target class'),
            value: bias,
            ...limits(lab, 'classifier.bias', -8, 8),
            step: 0.05,
            words: 'tempered',
            note: t('nats'),
            input: (value) => lab.change(patchOf('classifier.bias', value)),
          })
        : nothing
    }
    ${
      shown('sharpness')
        ? html`<p class="formula">
      log <i>p̂</i>(<i>y</i>|<i>x</i>) = <i>b</i> log <i>p</i>(<i>y</i>|<i>x</i>)${bias === 0 ? nothing : html` + <i>e</i> [<i>y</i> = <i>c</i>]`} + const
          </p>`
        : nothing
    }`,
};
