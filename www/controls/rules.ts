/** What people do to the guidance on its way into the score: fetched when it is unfolded. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Lab } from '../lab/lab';
import { patchOf } from '../lab/paths';
import { t } from '../words';
import { tm } from '../words/markup';
import { formatPlain } from '../words/numbers';
import type { State } from '../workers/protocol';
import type { Form } from './context';
import { choice, explain, slider } from './inputs';

/** From here on the slider of the limit says that there is none. */
const NO_LIMIT = 50;

/** The same of the slider of the threshold. */
const NO_THRESHOLD = 10;

type Power = '-1' | '0' | '1';

/** What multiplies the weight, as the fields are named in docs/numerics.md. */
function factors({ schedule, sigmaPower }: State['guidance']): TemplateResult {
  const shape = { constant: nothing, linear: html` · 2<i>s</i>`, cosine: html` · (1 − cos π<i>s</i>)` }[schedule];
  const sigma = sigmaPower === 0 ? nothing : html` · <i>σ</i>${sigmaPower < 0 ? html`<sup>−1</sup>` : nothing}`;
  return html`<i>γ</i>${shape}${sigma} ∇ log <i>p̂</i>(<i>c</i>|<i>x</i>)`;
}

/** What needs two coordinates. */
function lengths(lab: Lab, { guidance, process }: State): TemplateResult {
  if (lab.domain.dimension === 1) {
    return html`<p class="small">${t('A part beside the estimate, and a length that is not also a sign, need two coordinates: APG and rescaling are for 2D presets.')}</p>`;
  }
  if (process.sampler === 'cfg++' || guidance.at === 'predicted-mean') {
    return html`<p class="small">${t('APG and rescaling act on the score at the particle: not with CFG++, nor at the predicted mean.')}</p>`;
  }
  return html`${slider({
    id: 'guidance-parallel',
    label: t('Parallel part kept'),
    name: t('Share of the parallel part that is kept'),
    value: guidance.parallel,
    min: 0,
    max: 1,
    words: 'parallel',
    note: guidance.parallel === 1 ? t('all') : '',
    input: (value) => lab.change(patchOf('guidance.parallel', value)),
  })}
  ${slider({
    id: 'guidance-rescale',
    label: t('Rescaled'),
    name: t('Share of the rescaling'),
    value: guidance.rescale,
    min: 0,
    max: 1,
    words: 'rescale',
    note: guidance.rescale === 0 ? t('none') : '',
    input: (value) => lab.change(patchOf('guidance.rescale', value)),
  })}`;
}

/** A slider at whose end there is no limit. */
function limit(
  lab: Lab,
  path: 'guidance.clip' | 'guidance.threshold',
  value: number | null,
  none: number,
  {
    symbol,
    ...words
  }: Pick<Parameters<typeof slider>[0], 'id' | 'label' | 'name' | 'words'> & { symbol: TemplateResult },
): TemplateResult {
  return slider({
    ...words,
    value: Math.min(value ?? none, none),
    min: 0.05,
    max: none,
    scale: 'log',
    note: value === null ? t('no limit') : html`|${symbol}| ≤ ${formatPlain(value)}`,
    input: (value) => lab.change(patchOf(path, value < none ? value : null)),
  });
}

/** Away, or to the class again. The tilted density may not exist then, and its lane goes. */
function steer(lab: Lab, { compare }: State, away: boolean): void {
  if (!away) lab.change({ guidance: { gamma: 1 } });
  else lab.change({ guidance: { gamma: -1, adaptive: 0 }, compare: compare.filter((name) => name !== 'corrected') });
}

export function rulesControls({ lab, state }: Form): TemplateResult {
  const { guidance, process } = state;
  const renoised = process.sampler === 'cfg++';
  return html`${choice(
    'guidance-schedule',
    t('Over the steps'),
    guidance.schedule,
    [
      { value: 'constant', label: t('the same') },
      { value: 'linear', label: t('rising evenly') },
      { value: 'cosine', label: t('rising as 1 − cos') },
    ],
    (value) => lab.change(patchOf('guidance.schedule', value)),
    'schedule',
  )}
  ${choice<Power>(
    'guidance-sigma',
    t('Power of sigma'),
    String(guidance.sigmaPower) as Power,
    [
      { value: '0', label: t('none') },
      { value: '1', label: t('times σ') },
      { value: '-1', label: t('divided by σ') },
    ],
    (value) => lab.change(patchOf('guidance.sigmaPower', Number(value))),
    'sigma-power',
  )}
  ${
    renoised
      ? nothing
      : html`${limit(lab, 'guidance.clip', guidance.clip, NO_LIMIT, {
          id: 'guidance-clip',
          label: t('At most'),
          name: t('Largest length of the guidance'),
          words: 'clip',
          symbol: html`<i>γ</i> ∇ log <i>p̂</i>`,
        })}
        <div class="field">
          <label><input
              type="checkbox"
              id="guidance-away"
              .checked=${live(guidance.gamma < 0)}
              @change=${({ target }: Event) => steer(lab, state, (target as HTMLInputElement).checked)}
            /> ${t('Steer away from the class')}</label> ${explain('away', t('Steer away from the class'))}
        </div>`
  }
  ${lengths(lab, state)}
  ${
    renoised || guidance.at === 'predicted-mean'
      ? nothing
      : limit(lab, 'guidance.threshold', guidance.threshold, NO_THRESHOLD, {
          id: 'guidance-threshold',
          label: t('Estimate within'),
          name: t('Largest coordinate of the estimate of the datum'),
          words: 'threshold',
          symbol: html`<i>x̂</i>₀`,
        })
  }
  ${
    renoised || process.sampler === 'heun'
      ? nothing
      : choice(
          'guidance-at',
          t('Gradient taken at'),
          guidance.at,
          [
            { value: 'present', label: t('the particle') },
            { value: 'predicted-mean', label: t('the predicted mean') },
          ],
          (value) =>
            lab.change({
              guidance: value === 'present' ? { at: value } : { at: value, parallel: 1, rescale: 0, threshold: null },
            }),
          'predicted-mean',
        )
  }
  <p class="formula">${tm('∇ log *p*(*x*)')} + ${factors(guidance)}</p>`;
}
