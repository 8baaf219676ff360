/** Guidance in an interval of time only, and guidance that fades: fetched when they are unfolded. */
import { html, nothing, type TemplateResult } from 'lit';
import { patchOf } from '../lab/paths';
import { t } from '../words';
import { tm } from '../words/markup';
import { formatPlain } from '../words/numbers';
import type { Form } from './context';
import { segments, slider } from './inputs';

export function weightControls({ lab, state, shown }: Form): TemplateResult {
  const { from, to, adaptive, outside, gamma } = state.guidance;
  const { horizon } = state.process;
  const longest = lab.fields.get('guidance.to')?.max ?? horizon;
  const times = { min: 0, max: horizon, scale: 'square' } as const;
  return html`${
    shown('interval')
      ? html`${slider({
          ...times,
          id: 'guidance-from',
          label: html`${tm('From *t* =')}`,
          name: t('Smallest t with the scale gamma'),
          value: Math.min(from, horizon),
          words: 'interval time',
          note: from === 0 ? t('to the end') : '',
          input: (value) => lab.change({ guidance: { from: value, to: Math.max(value, to) } }),
        })}
        ${slider({
          ...times,
          id: 'guidance-to',
          label: html`${tm('up to *t* =')}`,
          name: t('Largest t with the scale gamma'),
          value: Math.min(to, horizon),
          note: to >= horizon ? t('from the start') : '',
          // The whole run stays the whole run when the horizon is moved.
          input: (value) =>
            lab.change({ guidance: { from: Math.min(from, value), to: value < horizon ? value : longest } }),
        })}
        ${
          from > 0 || to < horizon
            ? segments(
                'outside',
                t('Outside the interval'),
                String(outside),
                [
                  { value: '1', label: t('conditional outside') },
                  { value: '0', label: t('no guidance outside') },
                ],
                (value) => lab.change(patchOf('guidance.outside', Number(value))),
              )
            : nothing
        }`
      : nothing
  }
  ${
    shown('adaptive') && gamma >= 0 && state.process.sampler !== 'cfg++'
      ? html`${slider({
          id: 'guidance-adaptive',
          label: html`${tm('Fading, power *k*')}`,
          name: t('Power k of the fading'),
          value: adaptive,
          min: 0,
          max: lab.fields.get('guidance.adaptive')?.max ?? 8,
          step: 0.1,
          words: 'fading',
          note: adaptive === 0 ? t('none') : '',
          input: (value) => lab.change(patchOf('guidance.adaptive', value)),
        })}
        <p class="formula">
          ${t('scale')} ${outside === 1 ? html`1 + (<i>γ</i> − 1)` : html`<i>γ</i>`}${adaptive === 0 ? nothing : html` (1 − <i>p̂</i>(<i>c</i>|<i>x</i>))${adaptive === 1 ? nothing : html`<sup>${formatPlain(adaptive)}</sup>`}`}${
            from > 0 || to < horizon
              ? html`, ${formatPlain(from)} ≤ <i>t</i> ≤ ${formatPlain(Math.min(to, horizon))}; ${t('else {weight}', { weight: outside })}`
              : nothing
          }
        </p>`
      : nothing
  }`;
}
