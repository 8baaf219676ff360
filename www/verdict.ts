/** One sentence over the picture: what it shows, in the run's own numbers. */
import { html, nothing, type TemplateResult } from 'lit';
import { formatEstimate, formatNumber } from './format';
import type { Frame, State } from './protocol';
import { percentOf } from './readouts';

export function verdict(
  state: State,
  summary: { share: number; greatestKl: number } | null,
  frame: Frame | null,
  atEnd: boolean,
): TemplateResult {
  if (state.classifier.kind === 'exact') {
    return html`<strong>The classifier is exact,</strong> so its guidance is the truth: tested and exact agree.`;
  }
  if (!summary) return html`The classifier is the exact one plus a fast, small wiggle. How wrong is its guidance?`;
  const kl = formatNumber(summary.greatestKl, 2);
  const share = percentOf(summary.share, 1);
  const wrong = summary.share > 0.05;
  return html`${
    wrong
      ? html`<strong>Nearly right probabilities, wrong guidance:</strong> the classifier’s KL never exceeds
          <b>${kl}</b> nats, yet its guidance error is <b class="tested">${share}</b> of the guidance itself, over the run.`
      : html`<strong>Right probabilities, right guidance:</strong> the KL never exceeds <b>${kl}</b> nats and the guidance
          error is <b class="tested">${share}</b> of the guidance itself.`
  }${samples(state, frame, atEnd)}`;
}

function samples(state: State, frame: Frame | null, atEnd: boolean): TemplateResult | typeof nothing {
  if (!atEnd || !frame || state.guidance.gamma !== 1) return nothing;
  const tested = frame.lanes.find((lane) => lane.name === 'tested')?.samplingKl;
  const exact = frame.lanes.find((lane) => lane.name === 'exact')?.samplingKl;
  if (!tested || !exact || !(tested.estimate > 3 * Math.max(exact.estimate, 0.005))) return nothing;
  return html` The samples show it: ${formatEstimate(tested).value} nats from the target, against
  ${formatEstimate(exact).value} with the exact classifier.`;
}
