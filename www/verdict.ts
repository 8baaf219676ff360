/** One sentence over the picture: what it shows, in the run's own numbers. */
import { html, nothing, type TemplateResult } from 'lit';
import { formatEstimate, formatNumber } from './format';
import type { Frame, LaneName, State } from './protocol';
import { percentOf } from './readouts';

export interface Summary {
  /** Mean square guidance error over mean square guidance, along the run. */
  share: number;
  greatestKl: number;
}

export function verdict(state: State, summary: Summary | null, frame: Frame | null, atEnd: boolean): TemplateResult {
  const lane = (name: LaneName) => (atEnd ? frame?.lanes.find((each) => each.name === name) : undefined);
  if (state.classifier.kind === 'exact') {
    return html`<strong>The classifier is exact, and so is its guidance.</strong> ${improvement(lane('tested'), lane('conditional'), state)}`;
  }
  if (!summary) return html`The classifier is the exact one plus a small, fast wiggle. How wrong is its guidance?`;
  const kl = html`<b>${formatNumber(summary.greatestKl, 2)}</b>`;
  const share = html`<b class="tested">${summary.share > 2 ? `${formatNumber(summary.share, 2)} times` : `${percentOf(summary.share, 1)} of`}</b>`;
  return html`${
    summary.share > 0.05
      ? html`<strong>Nearly right probabilities, wrong guidance.</strong> The classifier’s KL stays below ${kl} nats, yet the
          error of its guidance is ${share} the guidance itself (mean squares, over the run).`
      : html`<strong>Right probabilities, right guidance.</strong> The classifier’s KL stays below ${kl} nats, and the error
          of its guidance is ${share} the guidance itself (mean squares, over the run).`
  } ${samples(lane('tested'), lane('exact'), state)}`;
}

type Lane = Frame['lanes'][number] | undefined;

/** What guidance does to the samples, when there is a plain lane to compare with. */
function improvement(tested: Lane, plain: Lane, state: State): TemplateResult | typeof nothing {
  const improved = tested?.fractionImproved;
  if (!tested || !plain || !improved || state.guidance.gamma <= 1) return nothing;
  const worse = { estimate: 100 * (1 - improved.estimate), standardError: 100 * improved.standardError };
  const lowered = tested.meanReciprocal.estimate < plain.meanReciprocal.estimate;
  if (!lowered) return nothing;
  return html`<span class="aside">It lowers the average of 1/<i>p</i>(<i>c</i>|<i>x</i>) from
    ${formatEstimate(plain.meanReciprocal).value} to ${formatEstimate(tested.meanReciprocal).value}, ${
      worse.estimate > 2 * worse.standardError
        ? html`but <b class="tested">${formatEstimate(worse).value} %</b> of the samples end up worse than without it.`
        : 'and hardly a sample ends up worse than without it.'
    }</span>`;
}

function samples(tested: Lane, exact: Lane, state: State): TemplateResult | typeof nothing {
  if (!tested || !exact || state.guidance.gamma !== 1) return nothing;
  if (!(tested.samplingKl.estimate > 3 * Math.max(exact.samplingKl.estimate, 0.005))) return nothing;
  return html`<span class="aside"
    >The samples show it: ${formatNumber(tested.samplingKl.estimate, 2)} nats from the target, against
    ${formatNumber(Math.max(0, exact.samplingKl.estimate), 1)} with the exact classifier.</span
  >`;
}
