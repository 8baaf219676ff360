/** The lowest panel: the exact and the tested guidance (or drift) over x, and what lies between them; or the score. */

import { t } from '../words';
import { formatNumber, formatPlain } from '../words/numbers';
import type { Curves, State } from '../workers/protocol';
import type { Column } from './columns';
import { withField } from './fields';
import type { Subject } from './subject';
import { type Context, clipped, crisp, drawKeyRow, haloText, keyRowWidth, line, type Rect, text } from './surface';
import type { Theme } from './theme';
import { ticks } from './ticks';

/** Ranges step by factors of two, so that the axis moves seldom. */
function powerOfTwo(value: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(value, 1 / 8)));
}

/** The score of noise is of order one: a guidance of this size matters, and is shown, at any time. */
const TYPICAL = 2.5;

export interface Range {
  low: number;
  high: number;
}

/**
 * A range that shows the exact guidance whole wherever there is density, and of the tested one at
 * most as much again: a violent wiggle is cut off (and said to be), not allowed to flatten the rest.
 */
export function guidanceRange(curves: Curves): Range {
  let peak = 0;
  for (const value of curves.unguided) if (value > peak) peak = value;
  let low = 0;
  let high = 0;
  let testedLow = 0;
  let testedHigh = 0;
  for (let k = 0; k < curves.x.length; k += 1) {
    if ((curves.unguided[k] as number) < peak * 2e-3) continue;
    low = Math.min(low, curves.guidance[k] as number);
    high = Math.max(high, curves.guidance[k] as number);
    testedLow = Math.min(testedLow, curves.testedGuidance[k] as number);
    testedHigh = Math.max(testedHigh, curves.testedGuidance[k] as number);
  }
  const size = Math.max(-low, high);
  const room = Math.max(size, TYPICAL);
  const top = Math.max(high, Math.min(testedHigh, high + room));
  const bottom = Math.min(low, Math.max(testedLow, low - room));
  const unit = powerOfTwo(1.08 * Math.max(top, -bottom));
  const round = (value: number) => (value < unit / 50 ? 0 : (Math.ceil((4.32 * value) / unit) * unit) / 4);
  return { low: -Math.max(round(-bottom), unit / 8), high: Math.max(round(top), unit / 8) };
}

export class GuidancePanel {
  #range: Range | null = null;

  paint(context: Context, rect: Rect, subject: Subject, theme: Theme, { only }: Column, first: boolean): void {
    const { window, state } = subject;
    if (!subject.curves) return;
    const curves = withField(subject.curves, state, subject.time);
    const score = state.view.field === 'score';
    const exact = state.classifier.kind === 'exact';
    const wanted = guidanceRange(curves);
    // Hysteresis: keep a range that is a little too wide.
    const kept = this.#range;
    if (!kept || wanted.high > kept.high || wanted.low < kept.low || shrunk(wanted, kept)) this.#range = wanted;
    const { low, high } = this.#range as Range;
    const from = window.min[0] as number;
    const span = (window.max[0] as number) - from;
    const bottom = rect.y + rect.height;
    const yOf = (value: number) => bottom - ((value - low) / (high - low)) * rect.height;
    const xOf = (x: number) => rect.x + ((x - from) / span) * rect.width;

    context.lineWidth = 1;
    const few = rect.height < 90 ? 2 : 4;
    const labelled = (value: number) => yOf(value) > rect.y + 3 && yOf(value) < bottom - 3;
    const coarse = ticks(low, high, few);
    // Zero alone gives no scale.
    const scale = coarse.filter(labelled).length > 1 ? coarse : ticks(low, high, 2 * few);
    for (const value of scale) {
      const y = crisp(yOf(value));
      context.strokeStyle = value === 0 ? theme.soft : theme.hairline;
      line(context, rect.x, y, rect.x + rect.width, y);
      if (first && labelled(value)) text(context, formatPlain(value), rect.x - 7, y, theme.soft, 'right');
    }

    let cut = false;
    const trace = (values: Float64Array, backwards: boolean) => {
      const { x } = curves;
      const last = x.length - 1;
      for (let k = 0; k <= last; k += 1) {
        const index = backwards ? last - k : k;
        // Far outside nothing is seen; huge coordinates slow the rasteriser.
        const value = Math.min(high + (high - low), Math.max(low - (high - low), values[index] as number));
        const px = xOf(x[index] as number);
        if (k === 0 && !backwards) context.moveTo(px, yOf(value));
        else context.lineTo(px, yOf(value));
      }
    };
    let peak = 0;
    for (const value of curves.unguided) if (value > peak) peak = value;
    for (let k = 0; k < curves.x.length; k += 1) {
      const value = curves.testedGuidance[k] as number;
      if ((value > high || value < low) && (curves.unguided[k] as number) > peak * 2e-3) {
        cut = true;
        break;
      }
    }
    if (only === 'unguided' && !score) {
      haloText(
        context,
        t('none: γ = 0'),
        rect.x + rect.width / 2,
        rect.y + rect.height / 2,
        theme.soft,
        theme,
        'center',
      );
      return;
    }
    const testedToo = !score && (only === null || only === 'tested');
    cut &&= testedToo;
    clipped(context, rect, () => {
      context.beginPath();
      trace(curves.guidance, false);
      if (testedToo) trace(curves.testedGuidance, true);
      context.closePath();
      context.fillStyle = theme.lanes.tested;
      context.globalAlpha = 0.22;
      if (testedToo) context.fill();
      context.globalAlpha = 1;
      context.lineJoin = 'bevel';
      context.strokeStyle = score ? theme.ink : theme.lanes.exact;
      context.lineWidth = 2.5;
      context.beginPath();
      trace(curves.guidance, false);
      context.stroke();
      if (!testedToo) return;
      context.strokeStyle = theme.lanes.tested;
      context.lineWidth = exact ? 2.5 : 1;
      context.setLineDash(exact ? [5, 7] : []);
      context.beginPath();
      trace(curves.testedGuidance, false);
      context.stroke();
      context.setLineDash([]);
      context.lineJoin = 'miter';
    });

    // Its name stands in the title.
    if (score) return;
    const entries = [
      { label: t('exact'), color: theme.lanes.exact, textColor: theme.laneText.exact, dash: [], width: 2.5 },
      {
        label: testedLabel(state, rect.width < 420),
        color: theme.lanes.tested,
        textColor: theme.laneText.tested,
        dash: exact ? [5, 3] : [],
        width: exact ? 2.5 : 1,
        ...(exact ? {} : { fill: `${theme.lanes.tested}38` }),
      },
    ];
    if (!testedToo) entries.pop();
    drawKeyRow(context, entries, rect.x + rect.width - keyRowWidth(context, entries), rect.y - 10);
    if (cut) {
      haloText(
        context,
        t('cut off at {low} and {high}', { low: formatNumber(low, 2), high: formatNumber(high, 2) }),
        rect.x + 8,
        bottom - 8,
        theme.laneText.tested,
        theme,
        'left',
      );
    }
  }
}

/** What the line of the classifier under test is called. */
function testedLabel({ guidance, classifier }: State, small: boolean): string {
  if (guidance.guide !== 'classifier') return t('classifier, not used');
  if (classifier.kind === 'exact') return t('tested, the same');
  return small ? t('tested') : t('tested; shaded: its error');
}

function shrunk(wanted: Range, kept: Range): boolean {
  return wanted.high - wanted.low < 0.55 * (kept.high - kept.low);
}
