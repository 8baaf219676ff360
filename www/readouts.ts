/** The numbers under the picture. Each is a button that says what it means and how it was got. */
import { html, nothing, type TemplateResult } from 'lit';
import { swatch } from './controls/panel';
import { formatEstimate, formatNumber } from './format';
import { LANE_STYLES, LANES } from './painter/theme';
import type { Estimate, ExactMeasures, Frame, LaneName, State } from './protocol';

export interface ReadoutContext {
  state: State;
  dimension: number;
  measures: ExactMeasures | null;
  frame: Frame | null;
  /** 1/p(c). */
  reciprocalPrior: number;
  engine: { title: string; reason: string } | null;
}

interface Explanation {
  id: string;
  title: string;
  plain: TemplateResult | string;
  formula: TemplateResult;
  estimator: TemplateResult | string;
}

const KL = html`<math display="block"
  ><mi>KL</mi><mo stretchy="false">(</mo><mi>t</mi><mo stretchy="false">)</mo><mo>=</mo><msub><mi>E</mi><mrow><mi>x</mi><mo>∼</mo><msub><mi>p</mi><mi>t</mi></msub></mrow></msub
  ><munder><mo>∑</mo><mi>y</mi></munder><mi>p</mi><mo stretchy="false">(</mo><mi>y</mi><mo stretchy="false">|</mo><mi>x</mi><mo stretchy="false">)</mo><mi>log</mi
  ><mfrac><mrow><mi>p</mi><mo stretchy="false">(</mo><mi>y</mi><mo stretchy="false">|</mo><mi>x</mi><mo stretchy="false">)</mo></mrow><mrow><mover><mi>p</mi><mo>^</mo></mover><mo stretchy="false">(</mo><mi>y</mi><mo stretchy="false">|</mo><mi>x</mi><mo stretchy="false">)</mo></mrow></mfrac
></math>`;

const MSE = html`<math display="block"
  ><mi>MSE</mi><mo>=</mo><msub><mi>E</mi><mrow><mi>x</mi><mo>∼</mo><msub><mi>p</mi><mi>t</mi></msub><mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">|</mo><mi>c</mi><mo stretchy="false">)</mo></mrow></msub
  ><msup><mrow><mo stretchy="false">|</mo><mo>∇</mo><mi>log</mi><mover><mi>p</mi><mo>^</mo></mover><mo stretchy="false">(</mo><mi>c</mi><mo stretchy="false">|</mo><mi>x</mi><mo stretchy="false">)</mo><mo>−</mo><mo>∇</mo><mi>log</mi><mi>p</mi><mo stretchy="false">(</mo><mi>c</mi><mo stretchy="false">|</mo><mi>x</mi><mo stretchy="false">)</mo><mo stretchy="false">|</mo></mrow><mn>2</mn></msup
></math>`;

const QUADRATURE = 'By numerical integration of the closed forms; relative error below 10⁻⁸.';

const EXPLANATIONS: Record<string, Explanation> = {
  kl: {
    id: 'kl',
    title: 'Conditional KL',
    plain:
      'How far the classifier’s probabilities are from the true ones, on average over all noised points at this time, in nats. It is the part of the cross-entropy loss that training can still remove: a classifier with a tiny value looks almost perfect to its training loss.',
    formula: KL,
    estimator: QUADRATURE,
  },
  mse: {
    id: 'mse',
    title: 'Guidance error (MSE)',
    plain:
      'How far the classifier’s gradient, which is all that the sampler uses, is from the true one: the mean square difference over points of the target class at this time. The percentage compares it with the mean square of the true guidance at the same time; above 100 % the error is larger than the signal. Early in the run, where the true guidance is nearly zero, it may be thousands; at the end it may be small although the harm is done.',
    formula: MSE,
    estimator: QUADRATURE,
  },
  ratio: {
    id: 'ratio',
    title: 'MSE / (d √KL)',
    plain: html`For classifiers as smooth as the truth this ratio is bounded: a small KL then does force a small guidance
      error (arXiv 2601.21200, theorem 3.3). If it grows as the wiggle gets faster, smoothness is what is missing.`,
    formula: html`<math display="block"
      ><mfrac><mi>MSE</mi><mrow><mi>d</mi><msqrt><mi>KL</mi></msqrt></mrow></mfrac
    ></math>`,
    estimator: html`From the two numbers to its left; <i>d</i> is the dimension.`,
  },
  sampling: {
    id: 'sampling',
    title: 'Sampling KL',
    plain:
      'How far the particles of a lane are from the target class’s exact distribution p(x|c) at this time, in nats. With γ = 1 and the exact classifier it is near 0. With more weight it grows for every classifier: guidance is not meant to sample p(x|c) then.',
    formula: html`<math display="block"
      ><mi>KL</mi><mo stretchy="false">(</mo><mtext>samples</mtext><mo stretchy="false">‖</mo><msub><mi>p</mi><mi>t</mi></msub><mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">|</mo><mi>c</mi><mo stretchy="false">)</mo><mo stretchy="false">)</mo></math
    >`,
    estimator: 'From the histogram of the particles, corrected for the number of bins; ± is one standard error.',
  },
  reciprocal: {
    id: 'reciprocal',
    title: 'E[1/p(c|x)]',
    plain: html`The average, over the particles, of one over the true probability of the target class. Without guidance
      beyond the plain conditional (γ = 1) it stays at 1/p(c) for the whole run; guidance with the exact classifier and γ
      above 1 lowers it (arXiv 2505.01382). It is an average: single particles may still get worse.`,
    formula: html`<math display="block"
      ><mi>E</mi><mo stretchy="false">[</mo><mn>1</mn><mo stretchy="false">/</mo><msub><mi>p</mi><mi>t</mi></msub><mo stretchy="false">(</mo><mi>c</mi><mo stretchy="false">|</mo><msub><mi>Y</mi><mi>t</mi></msub><mo stretchy="false">)</mo><mo stretchy="false">]</mo></math
    >`,
    estimator:
      'Mean over the particles; ± is one standard error, from their variance. The exact p at the present time is used for every lane.',
  },
  improved: {
    id: 'improved',
    title: 'Improved',
    plain:
      'The share of particles whose true class probability is at least that of the same particle (same start, same noise) under plain conditional sampling, γ = 1. Guidance improves an average; below 100 % it makes some samples worse.',
    formula: html`<math display="block"
      ><mi>P</mi><mo stretchy="false">(</mo><mi>p</mi><mo stretchy="false">(</mo><mi>c</mi><mo stretchy="false">|</mo><msup><mi>Y</mi><mi>γ</mi></msup><mo stretchy="false">)</mo><mo>≥</mo><mi>p</mi><mo stretchy="false">(</mo><mi>c</mi><mo stretchy="false">|</mo><msup><mi>Y</mi><mn>1</mn></msup><mo stretchy="false">)</mo><mo stretchy="false">)</mo></math
    >`,
    estimator: 'A share of the particles; ± is one standard error. Needs the lane “plain conditional”.',
  },
  tail: {
    id: 'tail',
    title: 'Heavy tail',
    plain:
      'The error is above a tenth of the mean: a few particles that ended where the class is very unlikely make up most of this average. Where 1/p has such a tail, the mean is usually too low and its error bar cannot be trusted; other seeds will give quite other numbers. The preset “A class with two modes” has a bounded 1/p: there this average can be trusted.',
    formula: html``,
    estimator: 'Shown where the standard error of the mean over the particles exceeds 10 % of it.',
  },
  speed: {
    id: 'speed',
    title: 'Engine',
    plain:
      'Where the particles are computed, and how many million steps of single particles it does in a second, all lanes together.',
    formula: html``,
    estimator:
      'Measured in the last piece of work. It says nothing about the numbers: both engines use the same noise.',
  },
};

function popover(key: string, extra: TemplateResult | typeof nothing = nothing): TemplateResult {
  const { id, title, plain, formula, estimator } = EXPLANATIONS[key] as Explanation;
  return html`<div id=${`about-${id}`} class="popover" popover role="dialog" aria-label=${title} @toggle=${place}>
    <p class="title">${title}</p>
    <p>${plain}</p>
    ${formula}
    <p class="hint">${estimator}</p>
    ${extra}
  </div>`;
}

/** Puts an opened popover above its button, inside the window. */
function place(event: Event): void {
  const box = event.currentTarget as HTMLElement;
  if ((event as ToggleEvent).newState !== 'open') return;
  const root = box.getRootNode() as ShadowRoot;
  const target = `[popovertarget="${box.id}"]`;
  const anchor = (root.activeElement?.closest(target) ?? root.querySelector(target))?.getBoundingClientRect();
  if (!anchor) return;
  const { width, height } = box.getBoundingClientRect();
  const left = Math.max(8, Math.min(anchor.left, innerWidth - width - 8));
  const above = anchor.top - height - 8;
  const top = above >= 8 ? above : Math.max(8, Math.min(anchor.bottom + 8, innerHeight - height - 8));
  box.style.left = `${left}px`;
  box.style.top = `${top}px`;
}

function cell(
  key: string,
  label: TemplateResult | string,
  value: TemplateResult | string,
  note: TemplateResult | string = '',
): TemplateResult {
  return html`<button type="button" class="readout" popovertarget=${`about-${key}`}>
    <span class="name">${label}</span> <span class="value">${value}</span> <span class="note">${note}</span>
  </button>`;
}

function head(key: string, label: TemplateResult | string): TemplateResult {
  return html`<th scope="col"><button type="button" popovertarget=${`about-${key}`}>${label}</button></th>`;
}

function estimate(value: Estimate | null | undefined, percent = false): TemplateResult {
  if (!value || Number.isNaN(value.estimate)) return html`<span class="none">–</span>`;
  const scaled = percent ? { estimate: value.estimate * 100, standardError: value.standardError * 100 } : value;
  const text = formatEstimate(scaled);
  if (text.power) return html`(${text.value}<small> ± ${text.error}</small>)${text.power}`;
  const unit = percent ? ' %' : '';
  return html`${text.value}${text.error ? html`<small> ± ${text.error}${unit}</small>` : unit}`;
}

/** A mean that few samples dominate. */
function heavy(value: Estimate | undefined): boolean {
  return value !== undefined && value.standardError > 0.1 * Math.abs(value.estimate);
}

export function percentOf(part: number, whole: number): string {
  if (!(whole > 0)) return '–';
  const share = (100 * part) / whole;
  if (share > 9999) return '> 9,999 %';
  return `${formatNumber(share, share < 10 ? 2 : Math.max(2, Math.ceil(Math.log10(share))))} %`;
}

export function readouts(context: ReadoutContext): TemplateResult {
  const { state, measures, frame, dimension, reciprocalPrior, engine } = context;
  const exact = measures !== null;
  const kl = measures?.conditionalKl ?? Number.NaN;
  const mse = measures?.guidanceMse ?? Number.NaN;
  const names: LaneName[] = LANES.filter((name) => name === 'tested' || state.compare.includes(name));
  const lost = frame?.lanes.reduce((sum, lane) => sum + lane.nonFinite, 0) ?? 0;
  return html`<div class="readouts" part="readouts">
    <div class="exact" role="group" aria-label="The classifier at this time">
      <div class="cells">
      ${cell('kl', 'Conditional KL', exact ? formatNumber(kl, 2) : '–', 'nats')}
      ${cell(
        'mse',
        'Guidance MSE',
        exact ? formatNumber(mse, 2) : '–',
        exact ? html`${percentOf(mse, measures.guidanceNorm)} of guidance` : '',
      )}
      ${cell('ratio', html`MSE / (<i>d</i> √KL)`, exact && kl > 0 ? formatNumber(mse / (dimension * Math.sqrt(kl)), 2) : '–', 'bounded if smooth')}
      </div>
      <button type="button" class="engine" popovertarget="about-speed">
        ${engine ? engine.title : 'No engine yet'}${frame && frame.throughput > 0 ? `, ${formatNumber(frame.throughput, 2)} million particle-steps/s` : ''}
      </button>
    </div>
    <div class="lanes">
      <table>
        <caption class="hidden">
          The particles of each lane at this time
        </caption>
        <thead>
          <tr>
            <th scope="col" class="lane">Samples</th>
            ${head('sampling', 'Sampling KL')} ${head('reciprocal', html`E[1/<i>p</i>(<i>c</i>|<i>x</i>)]`)}
            ${state.compare.includes('conditional') ? head('improved', 'Improved') : nothing}
          </tr>
        </thead>
        <tbody>
          ${names.map((name) => {
            const lane = frame?.lanes.find((each) => each.name === name);
            return html`<tr class=${`lane-${name}`}>
              <th scope="row" class="lane">${swatch(name)} ${LANE_STYLES[name].short}</th>
              <td>${estimate(lane?.samplingKl)}</td>
              <td>${heavy(lane?.meanReciprocal) ? html`<button type="button" class="mark" popovertarget="about-tail" aria-label=${`Heavy tail: E[1/p] of lane ${LANE_STYLES[name].short} is dominated by few particles`}>heavy tail</button> ` : nothing}${estimate(lane?.meanReciprocal)}</td>
              ${state.compare.includes('conditional') ? html`<td>${name === 'conditional' ? html`<span class="none">–</span>` : estimate(lane?.fractionImproved, true)}</td>` : nothing}
            </tr>`;
          })}
        </tbody>
      </table>
      ${lost > 0 ? html`<p class="hint" role="status">${lost} particles left the range of numbers and are not counted.</p>` : nothing}
    </div>
    ${popover('kl')} ${popover('mse')} ${popover('ratio')} ${popover('sampling')}
    ${popover('reciprocal', html`<p class="hint">Here 1/p(c) = ${formatNumber(reciprocalPrior, 3)}.</p>`)}
    ${state.compare.includes('conditional') ? popover('improved') : nothing}
    ${popover('tail')} ${popover('speed', engine ? html`<p>${engine.reason}</p>` : nothing)}
  </div>`;
}
