/** A sine that is added to the exact classifier: small, fast, and wrong in its gradient. */
import { html, nothing } from 'lit';
import { patchOf } from '../../lab/paths';
import { t } from '../../words';
import { tm } from '../../words/markup';
import { formatNumber } from '../../words/numbers';
import { choice, explain, limits, slider } from '../inputs';
import type { KindControl, Of } from './kind';

type Wiggle = Of<'wiggle'>;

const PAPER = html`<a href="https://arxiv.org/abs/2601.21200" target="_blank" rel="noopener">arXiv 2601.21200</a>`;

const LAWS: { value: Wiggle['amplitude']['law']; label: string; formula: () => string }[] = [
  { value: 'inverse', label: 's/n', formula: () => t('KL falls as 1/n², the guidance error stays') },
  { value: 'inverse-sqrt', label: 's/√n', formula: () => t('KL falls as 1/n, the guidance error grows as n') },
  { value: 'inverse-square', label: 's/n²', formula: () => t('smooth enough for the theorem: both vanish') },
  { value: 'fixed', label: 's', formula: () => t('KL stays, the guidance error grows as n²') },
];

/** What the module multiplies the sine by (src/model/classifier); `wiggle.test.ts` holds the two together. */
export function amplitude({ frequency, amplitude: { law, scale }, smoothing }: Wiggle): number {
  const left = scale * Math.exp(-0.5 * (frequency * smoothing) ** 2);
  if (law === 'inverse') return left / frequency;
  if (law === 'inverse-sqrt') return left / Math.sqrt(frequency);
  if (law === 'inverse-square') return left / (frequency * frequency);
  return left;
}

export const wiggle: KindControl<'wiggle'> = {
  kind: 'wiggle',
  label: () => t('With a wiggle'),
  about: ({ frequency }) =>
    t('The classifier under test has a wiggle of frequency {n}.', { n: formatNumber(frequency, 3) }),
  question: () => t('The classifier is the exact one plus a small, fast wiggle. How wrong is its guidance?'),
  first: {
    kind: 'wiggle',
    form: 'probability',
    frequency: 32,
    amplitude: { law: 'inverse', scale: 1 },
    smoothing: 0,
  },
  controls(classifier, lab, shown) {
    const law = LAWS.find((each) => each.value === classifier.amplitude.law);
    return html`${
      shown('frequency')
        ? slider({
            id: 'frequency',
            label: html`${tm('Frequency *n*')}`,
            name: t('Frequency n of the wiggle'),
            value: classifier.frequency,
            ...limits(lab, 'classifier.frequency', 2, 256),
            scale: 'log',
            integer: true,
            words: 'frequency',
            input: (value) => lab.change(patchOf('classifier.frequency', value)),
          })
        : nothing
    }
    ${
      shown('amplitude')
        ? html`<div class="field law" part="control">
            <label for="law">${tm('Amplitude *a*')}</label>
            <select
              id="law"
              .value=${classifier.amplitude.law}
              @change=${(event: Event) =>
                lab.change(patchOf('classifier.amplitude.law', (event.target as HTMLSelectElement).value))}
            >
              ${LAWS.map(
                (each) =>
                  html`<option value=${each.value} ?selected=${each.value === classifier.amplitude.law}>${each.label}</option>`,
              )}
            </select>
            <label for="scale"><i>s</i> =</label>
            <input
              id="scale"
              type="number"
              step="0.25"
              min="0"
              .value=${String(classifier.amplitude.scale)}
              @change=${(event: Event) => {
                const value = (event.target as HTMLInputElement).valueAsNumber;
                if (Number.isFinite(value)) lab.change(patchOf('classifier.amplitude.scale', value));
              }}
            />
          </div>
          <p class="formula">
            ${
              classifier.form === 'probability'
                ? html`<i>p̂</i> = <i>p</i> + <i>a p</i>(1 − <i>p</i>) sin(<i>n x</i><sub>1</sub>)`
                : html`logit <i>p̂</i> = logit <i>p</i> + <i>a</i> sin(<i>n x</i><sub>1</sub>)`
            }, <i>a</i> = ${formatNumber(amplitude(classifier), 2)} ${explain('amplitude posterior logit', t('Amplitude'))}
          </p>`
        : nothing
    }
    ${
      shown('form') || shown('smoothing')
        ? html`<details ?open=${classifier.smoothing > 0}>
            <summary>${t('More')}</summary>
            ${
              shown('smoothing')
                ? slider({
                    id: 'smoothing',
                    label: html`${tm('Smoothing *s*')}`,
                    name: t('Smoothing s of the wiggle'),
                    value: classifier.smoothing,
                    ...limits(lab, 'classifier.smoothing', 0, 0.5),
                    step: 0.005,
                    words: 'smoothing',
                    note: classifier.smoothing === 0 ? t('none') : nothing,
                    input: (value) => lab.change(patchOf('classifier.smoothing', value)),
                  })
                : nothing
            }
            ${choice(
              'form',
              t('Added to the'),
              classifier.form,
              [
                { value: 'probability', label: t('probability') },
                { value: 'logit', label: t('logit') },
              ],
              (form) => lab.change(patchOf('classifier.form', form)),
            )}
            <p class="hint">
              ${law ? t('With this amplitude: {law}.', { law: law.formula() }) : nothing}
              ${tm('The sine is our instance of the paper’s claim ({paper}); its constants are ours.', { paper: PAPER })}
            </p>
          </details>`
        : nothing
    }`;
  },
};
