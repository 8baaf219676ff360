/** The density panel: histograms of the lanes against the exact curves. */

import { say, t } from '../words';
import { ofTarget } from '../words/classes';
import { formatPlain } from '../words/numbers';
import type { Curves, LaneFrame, LaneName } from '../workers/protocol';
import { type Column, NARROW } from './columns';
import { laneOf, lawOf, placed, type Subject, tilts } from './subject';
import { type Context, clipped, crisp, drawKey, haloText, type KeyEntry, line, type Rect, text } from './surface';
import { LANE_STYLES, LANES, type Theme } from './theme';
import { niceCeil, ticks } from './ticks';

/** The top of the density axis: the exact curves at the end of the run fit well. */
export function densityTop(subject: Subject): number {
  let top = 0.42;
  for (const curves of [subject.lastCurves, subject.curves]) {
    if (!curves) continue;
    for (const values of [curves.target, curves.tilted, curves.unguided]) {
      for (const value of values) if (value > top) top = value;
    }
    if (curves === subject.lastCurves) break;
  }
  return niceCeil(top * 1.2);
}

/** Bins of a lane as a density; neighbours are joined while a bin is narrower than two pixels. */
export function binDensity(
  lane: LaneFrame,
  particles: number,
  span: number,
  pixels: number,
): { values: Float64Array; count: number } {
  let group = 1;
  while ((pixels * group) / lane.bins.length < 2 && group < 8) group *= 2;
  const count = Math.floor(lane.bins.length / group);
  const values = new Float64Array(count);
  const scale = lane.bins.length / (group * span * Math.max(1, particles));
  for (let k = 0; k < count; k += 1) {
    let sum = 0;
    for (let j = 0; j < group; j += 1) sum += lane.bins[k * group + j] as number;
    values[k] = sum * scale;
  }
  return { values, count };
}

const BACK_TO_FRONT: LaneName[] = ['unguided', 'conditional', 'corrected', 'exact', 'tested'];

/**
 * The difference of two histograms, and twice an upper bound of its standard error: whatever the lanes'
 * shared noise does, the deviation of a difference is at most the sum of the two deviations.
 */
export function binDifference(
  lane: LaneFrame,
  minus: LaneFrame,
  span: number,
  pixels: number,
): { values: Float64Array; band: Float64Array; count: number } {
  const a = binDensity(lane, particlesOf(lane), span, pixels);
  const b = binDensity(minus, particlesOf(minus), span, pixels);
  const width = span / a.count;
  const error = (density: number, particles: number) => {
    const share = density * width;
    return Math.sqrt((share * Math.max(0, 1 - share)) / Math.max(1, particles)) / width;
  };
  const band = a.values.map(
    (value, k) => 2 * (error(value, particlesOf(lane)) + error(b.values[k] as number, particlesOf(minus))),
  );
  return { values: a.values.map((value, k) => value - (b.values[k] as number)), band, count: a.count };
}

export class DensityPanel {
  #side: 'left' | 'right' = 'left';

  paint(context: Context, rect: Rect, subject: Subject, theme: Theme, column: Column, first: boolean): void {
    if (column.minus) this.#difference(context, rect, subject, theme, column.filled, column.minus);
    else this.#densities(context, rect, subject, theme, column, first);
  }

  #densities(context: Context, rect: Rect, subject: Subject, theme: Theme, column: Column, first: boolean): void {
    const { filled, lined } = column;
    const { domain, window, state, curves } = subject;
    const low = window.min[0] as number;
    const span = (window.max[0] as number) - low;
    const breadth = (domain.max[0] as number) - (domain.min[0] as number);
    // The bins are those of the whole domain, whatever part of it is on show.
    const whole = placed(rect, window, domain);
    const top = densityTop(subject);
    const bottom = rect.y + rect.height;
    const yOf = (value: number) => bottom - (value / top) * rect.height;

    context.lineWidth = 1;
    for (const value of ticks(0, top, rect.height < 90 ? 2 : 3)) {
      if (value === 0) continue;
      const y = crisp(yOf(value));
      context.strokeStyle = theme.hairline;
      line(context, rect.x, y, rect.x + rect.width, y);
      if (first && yOf(value) > rect.y + 4) text(context, formatPlain(value), rect.x - 7, y, theme.soft, 'right');
    }
    context.strokeStyle = theme.soft;
    line(context, rect.x, crisp(bottom), rect.x + rect.width, crisp(bottom));
    if (first) text(context, '0', rect.x - 7, crisp(bottom) - 3, theme.soft, 'right');

    let over = false;
    const shape = (values: Float64Array, count: number) => {
      const width = whole.width / count;
      context.moveTo(whole.x, bottom);
      for (let k = 0; k < count; k += 1) {
        const value = values[k] as number;
        if (value > top) over = true;
        const y = yOf(value);
        context.lineTo(whole.x + k * width, y);
        context.lineTo(whole.x + (k + 1) * width, y);
      }
      context.lineTo(whole.x + whole.width, bottom);
    };
    const curve = (xs: Float64Array, values: Float64Array) => {
      // Densities are smooth: a point every two pixels will do.
      const stride = Math.max(1, Math.floor((2 * xs.length) / rect.width));
      context.beginPath();
      for (let k = 0; k < xs.length; k += stride) {
        const x = rect.x + (((xs[k] as number) - low) / span) * rect.width;
        const y = yOf(values[k] as number);
        if (k === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
      context.stroke();
    };

    clipped(context, { ...rect, y: rect.y - 1, height: rect.height + 1 }, () => {
      const main = laneOf(subject, filled);
      if (main) {
        const { values, count } = binDensity(main, particlesOf(main), breadth, whole.width);
        context.beginPath();
        shape(values, count);
        context.fillStyle = theme.lanes[filled];
        context.globalAlpha = 0.32;
        context.fill();
        context.globalAlpha = 1;
        context.strokeStyle = theme.lanes[filled];
        context.lineWidth = 1;
        context.stroke();
      }
      for (const name of BACK_TO_FRONT) {
        if (!lined.includes(name)) continue;
        const lane = laneOf(subject, name);
        if (!lane) continue;
        const { values, count } = binDensity(lane, particlesOf(lane), breadth, whole.width);
        context.beginPath();
        shape(values, count);
        context.strokeStyle = theme.lanes[name];
        context.lineWidth = LANE_STYLES[name].width;
        context.setLineDash(LANE_STYLES[name].dash);
        context.stroke();
        context.setLineDash([]);
      }
      if (curves) {
        context.strokeStyle = theme.soft;
        context.lineWidth = 1;
        curve(curves.x, curves.unguided);
        context.strokeStyle = theme.ink;
        context.lineWidth = 1.25;
        if (tilts(state)) {
          context.setLineDash([5, 4]);
          curve(curves.x, curves.tilted);
          context.setLineDash([]);
        }
        context.lineWidth = 1.75;
        curve(curves.x, curves.target);
      }
      const exact = filled === 'tested' || lined.includes('tested') ? lawOf(subject)?.law : null;
      if (exact) {
        context.strokeStyle = theme.laneText.tested;
        context.lineWidth = 1.25;
        context.beginPath();
        exact.x.forEach((x, k) => {
          context.lineTo(rect.x + ((x - low) / span) * rect.width, yOf(exact.density[k] as number));
        });
        context.stroke();
      }
    });

    const settled = subject.lastCurves ?? subject.curves;
    if (settled) this.#side = keySide(settled, this.#side);
    const small = rect.width < 420;
    const entries: KeyEntry[] = [
      {
        label: ofTarget(small ? 'p(x|c)' : t('target p(x|c)'), state),
        color: theme.ink,
        textColor: theme.ink,
        dash: [],
        width: 1.75,
      },
      ...(!tilts(state)
        ? []
        : [
            {
              label: small ? '∝ p(x) p(c|x)ᵞ' : t('tilted ∝ p(x) p(c|x)ᵞ'),
              color: theme.ink,
              textColor: theme.ink,
              dash: [5, 4],
              width: 1.25,
            },
          ]),
      { label: small ? 'p(x)' : t('all classes p(x)'), color: theme.soft, textColor: theme.soft, dash: [], width: 1 },
    ];
    const shared = entries.length;
    if (subject.frame) {
      for (const name of LANES) {
        if (name !== filled && !lined.includes(name)) continue;
        const style = LANE_STYLES[name];
        entries.push({
          label: small ? t(style.short) : t('{lane} samples', { lane: t(style.short) }),
          color: theme.lanes[name],
          textColor: theme.laneText[name],
          dash: name === filled ? [] : style.dash,
          width: name === filled ? 1 : style.width,
          ...(name === filled ? { fill: `${theme.lanes[name]}52` } : {}),
        });
        const law = name === 'tested' ? lawOf(subject) : null;
        if (law) {
          const textColor = law.law ? theme.laneText.tested : theme.soft;
          const label = (law.note && say(law.note)) || (small ? t('exact law') : t('their exact law'));
          entries.push({ label, color: textColor, textColor, dash: [], width: law.law ? 1.25 : 0.01 });
        }
      }
    }
    const told = entries.slice(first || rect.width >= NARROW ? 0 : shared);
    const room = Math.floor(rect.height / 16);
    drawKey(context, told.slice(0, room), rect, this.#side, theme);
    // What does not fit below goes to the other side, under what stands there.
    const below = over ? 16 : 0;
    const rest = small ? [] : told.slice(room, 2 * room - (over ? 1 : 0));
    const other = this.#side === 'left' ? 'right' : 'left';
    drawKey(context, rest, { ...rect, y: rect.y + below, height: rect.height - below }, other, theme);
    if (over) {
      haloText(
        context,
        t('▲ bars cut off'),
        this.#side === 'left' ? rect.x + rect.width - 8 : rect.x + 8,
        rect.y + 10,
        theme.laneText.tested,
        theme,
        this.#side === 'left' ? 'right' : 'left',
      );
    }
  }

  #differenceTop = 0;

  #difference(context: Context, rect: Rect, subject: Subject, theme: Theme, shown: LaneName, minus: LaneName): void {
    const { domain, window } = subject;
    const [lane, other] = [laneOf(subject, shown), laneOf(subject, minus)];
    const whole = placed(rect, window, domain);
    const breadth = (domain.max[0] as number) - (domain.min[0] as number);
    const found = lane && other ? binDifference(lane, other, breadth, whole.width) : null;
    let most = 0.05;
    if (found) for (const value of found.values) most = Math.max(most, Math.abs(value));
    const wanted = niceCeil(most * 1.1);
    if (wanted > this.#differenceTop || wanted < this.#differenceTop / 2.1) this.#differenceTop = wanted;
    const top = this.#differenceTop;
    const middle = rect.y + rect.height / 2;
    const yOf = (value: number) => middle - (value / top) * (rect.height / 2);
    context.lineWidth = 1;
    for (const value of ticks(-top, top, rect.height < 90 ? 2 : 4)) {
      const y = crisp(yOf(value));
      context.strokeStyle = value === 0 ? theme.soft : theme.hairline;
      line(context, rect.x, y, rect.x + rect.width, y);
      if (y > rect.y + 3) text(context, formatPlain(value), rect.x - 7, y, theme.soft, 'right');
    }
    if (!found) return;
    const { values, band, count } = found;
    const width = whole.width / count;
    const xOf = (k: number) => whole.x + k * width;
    const steps = (list: Float64Array, sign: number, from: number) => {
      context.beginPath();
      context.moveTo(xOf(0), from);
      for (let k = 0; k < count; k += 1) {
        const value = list[k] as number;
        const y = yOf(sign === 0 ? value : sign * Math.max(0, sign * value));
        context.lineTo(xOf(k), y);
        context.lineTo(xOf(k + 1), y);
      }
      context.lineTo(xOf(count), from);
    };
    clipped(context, rect, () => {
      for (const [sign, name] of [
        [1, shown],
        [-1, minus],
      ] as const) {
        steps(values, sign, middle);
        context.fillStyle = theme.lanes[name];
        context.globalAlpha = 0.4;
        context.fill();
        context.globalAlpha = 1;
        context.strokeStyle = theme.lanes[name];
        context.stroke();
      }
      context.strokeStyle = theme.ink;
      context.setLineDash([2, 2]);
      for (const sign of [1, -1]) {
        steps(
          band.map((value) => sign * value),
          0,
          middle,
        );
        context.stroke();
      }
      context.setLineDash([]);
    });
    haloText(
      context,
      t('▲ more {lane}', { lane: t(LANE_STYLES[shown].short) }),
      rect.x + 8,
      rect.y + 10,
      theme.laneText[shown],
      theme,
    );
    const under = rect.y + rect.height - 10;
    haloText(
      context,
      t('▼ more {lane}', { lane: t(LANE_STYLES[minus].short) }),
      rect.x + 8,
      under,
      theme.laneText[minus],
      theme,
    );
    haloText(
      context,
      rect.width < 420 ? t('±2 standard errors') : t('dotted: ±2 standard errors, at most'),
      rect.x + rect.width - 8,
      under,
      theme.ink,
      theme,
      'right',
    );
  }
}

/** Where the curves are low (at the end of the run, if it is known); a key that stands well stays where it is. */
export function keySide(curves: Curves, before: 'left' | 'right'): 'left' | 'right' {
  const third = Math.floor(curves.x.length * 0.36);
  let left = 0;
  let right = 0;
  for (let k = 0; k < third; k += 1) {
    const mirrored = curves.x.length - 1 - k;
    for (const values of [curves.target, curves.tilted, curves.unguided]) {
      left += values[k] as number;
      right += values[mirrored] as number;
    }
  }
  if (left > right * 1.2) return 'right';
  if (right > left * 1.2) return 'left';
  return before;
}

/** Particles behind the bins: those inside and outside the domain. */
export function particlesOf(lane: LaneFrame): number {
  let sum = lane.outside;
  for (const count of lane.bins) sum += count;
  return sum;
}
