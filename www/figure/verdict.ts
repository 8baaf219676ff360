/**
 * The sentence over the picture: what the colours are, what happened, and what a training loss sees of it. It is made from
 * the state and what was measured of it, and comes after the figure.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { aboutClassifier, kindOf } from '../controls/classifier';
import { amplitude } from '../controls/classifier/wiggle';
import { swatch } from '../controls/swatch';
import { reciprocalPrior } from '../lab/derived';
import type { Summary } from '../lab/summary';
import { t } from '../words';
import { tm } from '../words/markup';
import { formatNumber, formatPlain } from '../words/numbers';
import { formatLevel, symbol } from '../words/units';
import type { Frame, LaneName, State } from '../workers/protocol';
import { percentOf } from './readouts';

/** A conditional KL, in nats, that a training loss would show. */
const SHOWN = 0.02;
/** A guidance error that is no more than this share of the guidance is none. */
const RIGHT = 0.05;
/** The samples of a lane are on the target within this, in nats. */
const NEAR = 0.02;
/** γ a n² times the longest step below t = 1: beyond this the steps of an ODE jump over the teeth of a wiggle (measured). */
const RESOLVED = 3;
const LATE = 1;

/** What the sentence is made from. */
export interface Seen {
  state: State;
  summary: Summary | null;
  /** The particles at the end of the run; null before. */
  frame: Frame | null;
  /** Of the steps. */
  times: ArrayLike<number>;
  /** Takes so many steps; null where the reader may not. */
  take: ((steps: number) => void) | null;
}

type Lane = Frame['lanes'][number] | undefined;

/** A word in a lane's colour, with its line: together they are the legend. */
const word = (lane: LaneName, words: string): TemplateResult => html`${swatch(lane)} <b class=${lane}>${words}</b>`;

export function verdict(seen: Seen): TemplateResult {
  const { state, frame, summary } = seen;
  const lane = (name: LaneName): Lane => frame?.lanes.find((each) => each.name === name);
  if (state.classifier.kind === 'exact' || insteadOf(state)) {
    const [tested, plain] = [lane('tested'), lane('conditional')];
    return html`${sameClassifier(state, tested, plain)}${t(' ')}${improvement(tested, plain, state)}`;
  }
  const few = neededSteps(seen);
  return html`${who(state)}${t(' ')}${few === null ? outcome(lane('tested'), lane('exact'), state) : unresolved(seen, few)}${t(' ')}<span class="aside">${summary ? errors(summary) : kindOf(state.classifier).question(state.classifier)}</span>`;
}

/** Who steers what, and how little they differ. */
function who(state: State): TemplateResult {
  const { classifier, guidance, compare } = state;
  const pair = compare.includes('exact');
  const target = { target: guidance.target };
  const intro = pair
    ? t('Two classifiers steer the same noise towards class {target}.', target)
    : t('A classifier steers noise towards class {target}.', target);
  if (classifier.kind !== 'wiggle') return html`${intro}${t(' ')}${aboutClassifier(state)}`;
  // Where p = 1/2 a wiggle of the probability is a/4 high, and one of the logit moves p by tanh(a/4) at most.
  const a = Math.abs(amplitude(classifier));
  const bound = {
    bound: html`<b>${formatPlain(roundedUp(classifier.form === 'logit' ? Math.tanh(a / 4) : a / 4))}</b>`,
  };
  return html`${intro}${t(' ')}${
    pair
      ? tm('Their probabilities differ by at most {bound}.', bound)
      : tm('Its probabilities are off by at most {bound}.', bound)
  }`;
}

/** Two digits of a bound, upwards. */
export function roundedUp(value: number): number {
  if (!(value > 0)) return 0;
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Math.ceil((value / unit) * (1 - 1e-9)) * unit;
}

/** Whether samples are farther from the target than others are, both in nats, by more than chance and the steps make. */
const isFarther = (off: number, base: number): boolean => off > 3 * Math.max(base, 0.005);

/** Where the particles end; before the end, what the colours are. */
function outcome(tested: Lane, exact: Lane, { compare, guidance }: State): TemplateResult {
  if (!compare.includes('exact'))
    return html`${tm('{tested} is what it steers.', { tested: word('tested', t('Orange')) })}`;
  const words = { exact: word('exact', t('Blue')), tested: word('tested', t('orange')) };
  if (!tested || !exact) {
    return html`${tm('{exact} is steered by the exact one, {tested} by the one under test.', words)}`;
  }
  if (guidance.gamma !== 1) {
    const share = totalVariation(tested.bins, exact.bins, tested.mean.length);
    if (share < 0.15) return html`${tm('{exact} and {tested} end in the same places.', words)}`;
    return html`${tm('{exact} is steered by the exact one; {share} of {tested} ends where blue does not.', {
      ...words,
      share: html`<b class="tested">${formatNumber(100 * share, 2)}%</b>`,
    })}`;
  }
  const [off, base] = [tested.samplingKl.estimate, exact.samplingKl.estimate];
  const lands = base < NEAR;
  if (isFarther(off, base)) {
    return html`${
      lands
        ? tm('{exact} (exact) lands on the target; {tested} (under test) does not.', words)
        : tm('{exact} (exact) misses the target a little, {tested} (under test) by far.', words)
    }`;
  }
  return html`${
    lands
      ? tm('{exact} (exact) lands on the target, and so does {tested} (under test).', words)
      : tm('{exact} (exact) misses the target, and so does {tested} (under test).', words)
  }`;
}

/** What a loss sees, and what the guidance suffers: at one time at which there is guidance, whatever the run's length. */
function errors({ greatestKl, half, worst }: Summary): TemplateResult {
  const kl = html`<b>${formatNumber(roundedUp(greatestKl), 2)}</b>`;
  const shown = greatestKl > SHOWN;
  if (worst.share <= RIGHT) {
    const words = { kl, percent: html`<b class="tested">${formatNumber(roundedUp(100 * worst.share), 2)}%</b>` };
    return html`${
      shown
        ? tm('The probabilities are wrong (KL up to {kl} nats), but the guidance is off by at most {percent}.', words)
        : tm('Probabilities and guidance are right: KL at most {kl} nats, guidance off by at most {percent}.', words)
    }`;
  }
  const { time, share } = half && half.share > RIGHT ? half : worst;
  const size =
    share >= 1
      ? t('{number} times as large as', { number: formatNumber(share, 2) })
      : t('{percent} as large as', { percent: percentOf(share, 1) });
  const words = {
    kl,
    size: html`<b class="tested">${size}</b>`,
    time: html`<b><i>${symbol()}</i> = ${formatLevel(time)}</b>`,
  };
  return html`${
    shown
      ? tm(
          'The probabilities are wrong (KL up to {kl} nats), and so is the guidance: at {time} its error is {size} the guidance itself.',
          words,
        )
      : tm(
          'A training loss hardly sees the difference (KL at most {kl} nats). The guidance does: at {time} its error is {size} the guidance itself.',
          words,
        )
  }`;
}

/** How many steps the wiggle needs; null where those of the state will do. */
function neededSteps({ state: { classifier, guidance, process }, times }: Seen): number | null {
  if (classifier.kind !== 'wiggle') return null;
  let longest = 0;
  for (let k = 1; k < times.length; k += 1) {
    const [from, to] = [times[k - 1] as number, times[k] as number];
    if (from <= LATE) longest = Math.max(longest, from - to);
  }
  const stiff = guidance.gamma * Math.abs(amplitude(classifier)) * classifier.frequency ** 2 * longest;
  if (stiff <= RESOLVED) return null;
  return 100 * Math.ceil((1.1 * process.steps * stiff) / RESOLVED / 100);
}

function unresolved({ state, take }: Seen, needed: number): TemplateResult {
  const most = 4000;
  return html`${tm('But {steps} steps do not resolve this wiggle: where {tested} ends is an error of the steps.', {
    steps: state.process.steps,
    tested: word('tested', t('orange')),
  })}${take && needed <= most ? html` <button type="button" class="take" @click=${() => take(needed)}>${t('Take {steps} steps', { steps: needed })}</button>` : nothing}`;
}

/** What guides in the place of the classifier. */
function insteadOf({ guidance }: State): string | null {
  if (guidance.guide === 'weaker') return t('A model less a weaker one guides, not the classifier.');
  if (guidance.guide === 'pair') return t('The pair of a learned score guides, not the classifier.');
  return null;
}

/** The tested lane follows the exact classifier itself, though not always as it should; or no classifier guides it. */
function sameClassifier(state: State, tested: Lane, plain: Lane): TemplateResult {
  const { guidance, compare } = state;
  const instead = insteadOf(state);
  const rule = instead ?? ruleOf(state);
  const both = compare.includes('conditional') && guidance.gamma !== 1;
  if (!rule && !both && compare.includes('exact')) {
    return html`${tm('The classifier is exact, and so is its guidance: {tested} and {exact} take the same paths.', {
      tested: word('tested', t('orange')),
      exact: word('exact', t('blue')),
    })}`;
  }
  const intro = instead
    ? html`${instead}`
    : rule
      ? tm('The classifier is exact, but {rule}.', { rule })
      : both
        ? t('The classifier is exact.')
        : t('The classifier is exact, and so is its guidance.');
  const words = {
    gamma: formatNumber(guidance.gamma, 3),
    tested: word('tested', t('Orange')),
    conditional: word('conditional', t('green')),
  };
  const steered = () => {
    if (both) return tm('{tested} is steered with guidance scale *γ* = {gamma}, {conditional} with *γ* = 1.', words);
    if (!rule || guidance.gamma !== 1 || !tested || !plain)
      return tm('{tested} is steered with guidance scale *γ* = {gamma}.', words);
    return isFarther(tested.samplingKl.estimate, plain.samplingKl.estimate)
      ? tm('{tested} does not land where {conditional} does, which is steered as it should be.', words)
      : tm('{tested} lands where {conditional} does, which is steered as it should be.', words);
  };
  return html`${intro}${t(' ')}${steered()}`;
}

/** What is done to the exact classifier's guidance or to the score on the way to the lane tested: the first of it. */
function ruleOf({ guidance, process, score }: State): string | null {
  if (score.kind !== 'exact') return t('the score is not');
  if (process.sampler === 'cfg++') return t('CFG++ adds its guidance in another way');
  if (guidance.sigmaPower < 0) return t('its guidance is divided by σ');
  if (guidance.sigmaPower > 0) return t('its guidance is multiplied by σ');
  if (guidance.clip !== null) {
    return t('its guidance is never longer than {clip}', { clip: formatPlain(guidance.clip) });
  }
  if (guidance.schedule !== 'constant') return t('its scale rises over the steps');
  if (guidance.at === 'predicted-mean') return t('its gradient is taken at the predicted mean');
  if (guidance.parallel < 1) return t('a part of its guidance is taken away');
  if (guidance.rescale > 0) return t('the guided score is brought to another length');
  if (guidance.threshold !== null) {
    return t('its estimate of the datum is kept within ±{threshold}', { threshold: formatPlain(guidance.threshold) });
  }
  return null;
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

/** What guidance does to the samples, when there is a lane without extra guidance to compare with. */
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
  return html`${
    worse.estimate > 2 * worse.standardError
      ? tm(
          'It lowers the average of 1/*p*(*c*|*x*) from {from} to {to}, but {share} of the samples end up worse than without it.',
          values,
        )
      : tm(
          'It lowers the average of 1/*p*(*c*|*x*) from {from} to {to}, and hardly a sample ends up worse than without it.',
          values,
        )
  }`;
}
