/** The numbers under the picture. Each is a button that says what it means and how it was got. */
import { html, nothing, render, type TemplateResult } from 'lit';
import { swatch } from '../controls/swatch';
import type { Lab } from '../lab/lab';
import { LANE_STYLES, LANES } from '../painter/theme';
import { language, say, t } from '../words';
import { formatCount, formatEstimate, formatNumber } from '../words/numbers';
import { placePopover } from '../words/popover';
import { unit } from '../words/units';
import type { Estimate, LaneName } from '../workers/protocol';

const TITLES = {
  kl: () => t('Conditional KL'),
  mse: () => t('Guidance error (mean square)'),
  ratio: () => 'MSE / (d √KL)',
  sampling: () => t('Sampling KL'),
  reciprocal: () => 'E[1/p(c|x)]',
  improved: () => t('Improved'),
  weights: () => t('Effective sample size'),
  tail: () => t('Heavy tail'),
  speed: () => t('Engine'),
};

type Key = keyof typeof TITLES;

/** The text is filled in when it is opened. */
function popover(key: Key, extra: TemplateResult | typeof nothing = nothing): TemplateResult {
  const title = TITLES[key]();
  return html`<div id=${`about-${key}`} class="popover" popover role="dialog" aria-label=${title} @toggle=${open}>
    <p class="title">${title}</p>
    <div class="about" data-key=${key}></div>
    ${extra}
  </div>`;
}

async function open(event: Event): Promise<void> {
  const box = event.currentTarget as HTMLElement;
  if ((event as ToggleEvent).newState !== 'open') return;
  place(box);
  const about = box.querySelector<HTMLElement>('.about');
  const reading = language() + unit();
  if (!about || about.dataset.reading === reading) return;
  about.dataset.reading = reading;
  try {
    const { explanation } = await import('./explanations');
    render(explanation(about.dataset.key ?? ''), about);
  } catch {
    about.textContent = t('The explanation could not be loaded. Open it again to try once more.');
  }
  place(box);
}

/** Puts an opened popover above its button. */
function place(box: HTMLElement): void {
  const root = box.getRootNode() as ShadowRoot;
  const target = `[popovertarget="${box.id}"]`;
  const anchor = root.activeElement?.closest(target) ?? root.querySelector(target);
  if (anchor) placePopover(box, anchor, { first: 'above' });
}

function cell(
  key: Key,
  label: TemplateResult | string,
  value: TemplateResult | string,
  note: TemplateResult | string = '',
): TemplateResult {
  return html`<button type="button" class="readout" popovertarget=${`about-${key}`}>
    <span class="name">${label}</span> <span class="value">${value}</span> <span class="note">${note}</span>
  </button>`;
}

function head(key: Key, label: TemplateResult | string): TemplateResult {
  return html`<th scope="col"><button type="button" popovertarget=${`about-${key}`}>${label}</button></th>`;
}

function estimate(value: Estimate | null | undefined, percent = false): TemplateResult {
  if (!value || Number.isNaN(value.estimate)) return html`<span class="none">–</span>`;
  const scaled = percent ? { estimate: value.estimate * 100, standardError: value.standardError * 100 } : value;
  const text = formatEstimate(scaled);
  if (text.power) return html`(${text.value}<small> ± ${text.error}</small>)${text.power}`;
  const unit = percent ? '%' : '';
  return html`${text.value}${text.error ? html`<small> ± ${text.error}${unit}</small>` : unit}`;
}

/** A mean that few samples dominate. */
function heavy(value: Estimate | undefined): boolean {
  return value !== undefined && value.standardError > 0.1 * Math.abs(value.estimate);
}

export function percentOf(part: number, whole: number): string {
  if (!(whole > 0)) return '–';
  const share = (100 * part) / whole;
  if (share > 9999) return `> ${formatCount(9999)}%`;
  return `${formatNumber(share, share < 10 ? 2 : Math.max(2, Math.ceil(Math.log10(share))))}%`;
}

export function readouts(lab: Lab): TemplateResult {
  const { state, run, reciprocalPrior } = lab;
  const { measures, frame } = lab.readouts.shown;
  const { dimension } = lab.domain;
  const engine = run.engine && {
    title: run.engine.backend === 'webgpu' ? 'WebGPU' : 'CPU',
    reason: `${run.engine.adapter}. ${say(run.engine.says)}`,
  };
  // Particles of each lane while some are left out to keep pace.
  const left = run.playing ? run.particles : null;
  const exact = measures !== null;
  const kl = measures?.conditionalKl ?? Number.NaN;
  const mse = measures?.guidanceMse ?? Number.NaN;
  const names: LaneName[] = LANES.filter((name) => name === 'tested' || state.compare.includes(name));
  const lost = frame?.lanes.reduce((sum, lane) => sum + lane.nonFinite, 0) ?? 0;
  const weights = frame?.lanes.find((lane) => lane.weights)?.weights;
  return html`<div class="readouts" part="readouts">
    <div class="exact" role="group" aria-label=${t('The classifier at this time')}>
      <div class="cells">
      ${cell('kl', t('Conditional KL'), exact ? formatNumber(kl, 2) : '–', t('nats'))}
      ${cell(
        'mse',
        t('Guidance error'),
        exact ? formatNumber(mse, 2) : '–',
        exact
          ? t('{percent} of guidance', { percent: percentOf(Math.sqrt(mse), Math.sqrt(measures.guidanceNorm)) })
          : '',
      )}
      ${cell('ratio', html`MSE / (<i>d</i> √KL)`, exact && kl > 0 ? formatNumber(mse / (dimension * Math.sqrt(kl)), 2) : '–', t('bounded if smooth'))}
      </div>
      ${
        exact && measures.relativeError > 1e-8
          ? html`<p class="hint" role="status">${t('Right to about {percent}%.', { percent: formatNumber(100 * measures.relativeError, 1) })}</p>`
          : nothing
      }
      <button type="button" class="engine" popovertarget="about-speed">
        ${engine ? engine.title : t('No engine yet')}${left === null ? '' : t(', showing {some} of {all} particles to stay smooth', { some: formatCount(left), all: formatCount(state.particles) })}${frame && frame.throughput > 0 ? t(', {number} million particle-steps/s', { number: formatNumber(frame.throughput, 2) }) : ''}${frame && frame.workers > 1 ? t(' on {count} workers', { count: frame.workers }) : ''}
      </button>
    </div>
    <div class="lanes">
      <table>
        <caption class="hidden">
          ${t('The particles of each lane at this time')}
        </caption>
        <thead>
          <tr>
            <th scope="col" class="lane">${t('Samples')}</th>
            ${head('sampling', t('Sampling KL'))} ${head('reciprocal', html`E[1/<i>p</i>(<i>c</i>|<i>x</i>)]`)}
            ${state.compare.includes('conditional') ? head('improved', t('Improved')) : nothing}
          </tr>
        </thead>
        <tbody>
          ${names.map((name) => {
            const lane = frame?.lanes.find((each) => each.name === name);
            return html`<tr class=${`lane-${name}`}>
              <th scope="row" class="lane">${swatch(name)} ${t(LANE_STYLES[name].short)}</th>
              <td>${estimate(lane?.samplingKl)}</td>
              <td>${heavy(lane?.meanReciprocal) ? html`<button type="button" class="mark" popovertarget="about-tail" aria-label=${t('Heavy tail: E[1/p] of lane {lane} is dominated by few particles', { lane: t(LANE_STYLES[name].short) })}>${t('heavy tail')}</button> ` : nothing}${estimate(lane?.meanReciprocal)}</td>
              ${state.compare.includes('conditional') ? html`<td>${name === 'conditional' ? html`<span class="none">–</span>` : estimate(lane?.fractionImproved, true)}</td>` : nothing}
            </tr>`;
          })}
        </tbody>
      </table>
      ${
        weights
          ? html`<button type="button" class="engine" popovertarget="about-weights">
              ${t('Effective sample size')} ${formatCount(Math.round(weights.effective))}${t(', ')}${t('lineages')} ${formatCount(Math.round(weights.lineages))}
            </button>`
          : nothing
      }
      ${lost > 0 ? html`<p class="hint" role="status">${t('{count} particles overflowed and are not counted.', { count: lost })}</p>` : nothing}
    </div>
    ${popover('kl')} ${popover('mse')} ${popover('ratio')} ${popover('sampling')}
    ${popover('reciprocal', html`<p class="hint">${t('Here 1/p(c) = {value}.', { value: formatNumber(reciprocalPrior, 3) })}</p>`)}
    ${state.compare.includes('conditional') ? popover('improved') : nothing}
    ${weights ? popover('weights') : nothing}
    ${popover('tail')} ${popover('speed', engine ? html`<p>${engine.reason}</p>` : nothing)}
  </div>`;
}
