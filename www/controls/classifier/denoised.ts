/** The classifier of clean data, asked at what the denoiser makes of the noisy point. */
import { html, nothing } from 'lit';
import { patchOf } from '../../lab/paths';
import { t } from '../../words';
import { choice } from '../inputs';
import type { KindControl } from './kind';

/** Where e^-t is a thousandth (`Denoised::factor` in src/model/classifier/denoised.rs). */
const FAINT = Math.log(1000);

export const denoised: KindControl<'denoised'> = {
  kind: 'denoised',
  label: () => t('Asked at the denoised guess'),
  first: { kind: 'denoised', jacobian: true },
  about: ({ jacobian }) =>
    jacobian
      ? t('The classifier under test is the one of clean data, asked at the denoised guess.')
      : t(
          'The classifier under test is the one of clean data, asked at the denoised guess, its gradient taken as it is.',
        ),
  question: () =>
    t('The classifier knows clean data only, and is asked at the denoised guess. How wrong is its guidance?'),
  controls: ({ jacobian }, lab, shown) =>
    html`${
      shown('jacobian')
        ? html`${choice(
            'jacobian',
            t('Gradient'),
            jacobian ? 'with' : 'without',
            [
              { value: 'with', label: t('through the denoiser') },
              { value: 'without', label: t('taken as it is') },
            ],
            (value) => lab.change(patchOf('classifier.jacobian', value === 'with')),
            'denoised',
          )}
          ${
            !jacobian && lab.state.process.horizon > FAINT
              ? html`<p class="hint">${t('Above t = 6.9 the gradient is divided by 0.001 and no longer by e^−t, which is smaller: the guess hardly depends on x there.')}</p>`
              : nothing
          }
          <p class="formula">
            log <i>p̂</i>(<i>y</i>|<i>x</i>) = log <i>p</i><sub>0</sub>(<i>y</i>|<i>x</i><sub>0</sub>),
            <i>x</i><sub>0</sub> = E[<i>X</i><sub>0</sub>|<i>x</i>]
          </p>`
        : nothing
    }`,
};
