/** One sentence over the picture: what it shows, in the run's own numbers. */
import { html, nothing, type TemplateResult } from 'lit';
import { kindOf } from '../controls/classifier';
import { reciprocalPrior } from '../lab/derived';
import type { Summary } from '../lab/profile';
import { t } from '../words';
import { tm } from '../words/markup';
import { formatNumber } from '../words/numbers';
import { formatLevel, symbol } from '../words/units';
import type { Frame, LaneName, State } from '../workers/protocol';
import { percentOf } from './readouts';

/** A conditional KL, in nats, that a training loss would show. */
const BLATANT = 0.01;

export function verdict(state: State, summary: Summary | null, frame: Frame | null, atEnd: boolean): TemplateResult {
  const lane = (name: LaneName) => (atEnd ? frame?.lanes.find((each) => each.name === name) : undefined);
  if (state.classifier.kind === 'exact') {
    return html`<strong>${t('The classifier is exact, and so is its guidance.')}</strong> ${improvement(lane('tested'), lane('conditional'), state)}`;
  }
  if (!summary) return html`${kindOf(state.classifier).question(state.classifier)}`;
  const kl = html`<b>${formatNumber(summary.greatestKl, 2)}</b>`;
  const { share, until } = summary;
  const size = html`<b class="tested">${share > 2 ? t('{number} times', { number: formatNumber(share, 2) }) : t('{percent} of', { percent: percentOf(share, 1) })}</b>`;
  const right = share <= 0.05;
  // The wiggle's point is that nobody sees it; another kind may be as wrong as its guidance.
  const blatant = !right && state.classifier.kind !== 'wiggle' && summary.greatestKl > BLATANT;
  const head = right
    ? t('Right probabilities, right guidance.')
    : blatant
      ? t('Wrong probabilities, wrong guidance.')
      : t('Nearly right probabilities, wrong guidance.');
  const words = { kl, size };
  const body =
    right || blatant
      ? tm('KL stays below {kl} nats, and the guidance error adds up to {size} the guidance over the run.', words)
      : until === null
        ? tm('KL stays below {kl} nats, yet the guidance error adds up to {size} the guidance over the run.', words)
        : tm(
            'KL stays below {kl} nats, yet the guidance error adds up to {size} the guidance over the run, and is the larger until {time}.',
            { ...words, time: html`<b><i>${symbol()}</i> = ${formatLevel(until)}</b>` },
          );
  return html`<strong>${head}</strong> ${body}
    ${samples(lane('tested'), lane('exact'), state)}`;
}

/**
 * Half the summed difference of two histograms, on bins wide enough not to count noise: 32 across in
 * 1D, 16 x 16 of the square grids of 2D.
 */
export function totalVariation(a: Uint32Array, b: Uint32Array, dimension: number): number {
  const side = dimension === 1 ? a.length : Math.round(Math.sqrt(a.length));
  const cells = dimension === 1 ? 32 : 16;
  const group = Math.max(1, Math.floor(side / cells));
  const differences = new Float64Array(dimension === 1 ? cells : cells * cells);
  let totalA = 0;
  let totalB = 0;
  for (const count of a) totalA += count;
  for (const count of b) totalB += count;
  for (let k = 0; k < a.length; k += 1) {
    const column = Math.min(cells - 1, Math.floor((k % side) / group));
    const row = dimension === 1 ? 0 : Math.min(cells - 1, Math.floor(Math.floor(k / side) / group));
    const cell = row * cells + column;
    const difference = (a[k] as number) / Math.max(1, totalA) - (b[k] as number) / Math.max(1, totalB);
    differences[cell] = (differences[cell] as number) + difference;
  }
  return differences.reduce((sum, difference) => sum + Math.abs(difference), 0) / 2;
}

type Lane = Frame['lanes'][number] | undefined;

/** What guidance does to the samples, when there is a plain lane to compare with. */
function improvement(tested: Lane, plain: Lane, state: State): TemplateResult | typeof nothing {
  const improved = tested?.fractionImproved;
  if (!tested || !plain || !improved || state.guidance.gamma <= 1) return nothing;
  const worse = { estimate: 100 * (1 - improved.estimate), standardError: 100 * improved.standardError };
  // At weight 1 the mean is 1/p(c) at every time (arXiv 2505.01382); its estimate is often heavy-tailed.
  const prior = reciprocalPrior(state);
  if (!(tested.meanReciprocal.estimate < prior)) return nothing;
  const values = {
    from: formatNumber(prior, 3),
    to: formatNumber(tested.meanReciprocal.estimate, 3),
    share: html`<b class="tested">${formatNumber(worse.estimate, 2)}%</b>`,
  };
  return html`<span class="aside">${
    worse.estimate > 2 * worse.standardError
      ? tm(
          'It lowers the average of 1/*p*(*c*|*x*) from {from} to {to}, but {share} of the samples end up worse than without it.',
          values,
        )
      : tm(
          'It lowers the average of 1/*p*(*c*|*x*) from {from} to {to}, and hardly a sample ends up worse than without it.',
          values,
        )
  }</span>`;
}

function samples(tested: Lane, exact: Lane, state: State): TemplateResult | typeof nothing {
  if (!tested || !exact) return nothing;
  if (state.guidance.gamma !== 1) {
    const moved = totalVariation(tested.bins, exact.bins, state.mixture[0]?.mean.length ?? 1);
    if (moved < 0.15) return nothing;
    return html`<span class="aside">${tm('{share} of its samples lie where the exact classifier would not put them.', {
      share: html`<b class="tested">${formatNumber(100 * moved, 2)}%</b>`,
    })}</span>`;
  }
  if (!(tested.samplingKl.estimate > 3 * Math.max(exact.samplingKl.estimate, 0.005))) return nothing;
  const { estimate, standardError } = exact.samplingKl;
  return html`<span class="aside">${tm('Samples end {off} nats off the target; {exact} with exact guidance.', {
    off: html`<b class="tested">${formatNumber(tested.samplingKl.estimate, 2)}</b>`,
    exact: estimate > 2 * standardError ? formatNumber(estimate, 1) : t('about 0'),
  })}</span>`;
}
