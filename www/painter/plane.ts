/**
 * The 2D picture: a square with the particles of one lane over the exact contours of the target
 * class, arrows of one field, and marginal histograms along the top and right edges. Where there is
 * room, or where it is asked for, the lanes to compare with stand before it in squares of their own.
 */

import { t } from '../words';
import { ofTarget } from '../words/classes';
import { formatNumber, formatPlain } from '../words/numbers';
import type { Arrows, FieldName, LaneFrame, LaneName, Marginals, State } from '../workers/protocol';
import { paintRamp, ramp } from './colormap';
import { contour, contourLines } from './contour';
import { particlesOf } from './density';
import {
  across,
  comparison,
  KEY,
  KEY_IN_ROW,
  laneOf,
  type Over,
  PHASES,
  type Picture,
  type PlaneShown,
  placed,
  STACKED_BELOW,
  type Subject,
  tilts,
  upward,
  type Window,
} from './subject';
import {
  type Context,
  clipped,
  crisp,
  drawKey,
  drawKeyRow,
  FONT_SIZE,
  fitCanvas,
  haloText,
  KEY_LINE,
  type KeyEntry,
  layer,
  line,
  type Rect,
  text,
} from './surface';
import { FIELD_LABELS, LANE_STYLES, type Theme } from './theme';
import { niceCeil, ticks } from './ticks';

const BINS = 128;
/** Shares of the greatest target density at which contours are drawn. */
const LEVELS = [0.05, 0.2, 0.4, 0.6, 0.8];
const TAIL_STEPS = 10;
const TAILS = 64;

export function fieldColor(field: FieldName, theme: Theme): string {
  if (field === 'tested' || field === 'error') return theme.lanes.tested;
  if (field === 'exact') return theme.lanes.exact;
  return field === 'score' ? theme.soft : theme.ink;
}

/** One square with its marginals. */
export interface Pane {
  square: Rect;
  top: Rect;
  right: Rect;
}

export interface PlaneLayout {
  /** The lane on show, and before it those that it is compared with. */
  panes: Pane[];
  key: Rect;
  /** How the key's entries are arranged. */
  flow: 'row' | 'column';
}

const AXIS_LEFT = 40;
const AXIS_BELOW = 22;
const TITLE = 18;
const GAP = 5;
const KEY_BESIDE = 190;

export function planeLayout(
  width: number,
  height: number,
  { lanes: { length: count }, forced, keyRows }: { lanes: { length: number }; forced: boolean; keyRows: number },
): PlaneLayout {
  const stacked = forced && count > 1 && width < STACKED_BELOW;
  // Several squares on a narrow picture have no margins.
  const tight = forced && count > 1 && width < 360 * count && !stacked;
  const band = tight ? 0 : width < 480 ? 36 : 44;
  const pane = (x: number, y: number, side: number): Pane => ({
    square: { x, y: y + TITLE + band + GAP, width: side, height: side },
    top: { x, y: y + TITLE, width: side, height: band },
    right: { x: x + side + GAP, y: y + TITLE + band + GAP, width: band, height: side },
  });
  const fixed = TITLE + band + GAP + AXIS_BELOW;
  const row = 20;
  const between = 24;
  const twin = Math.min((width - AXIS_LEFT - (count - 1) * between) / count - band - GAP, height - fixed - row);
  // The key stands in a column beside a square that leaves it room, and in rows below any other.
  const largest = (below: number) => Math.max(60, Math.min(width - AXIS_LEFT - band - GAP - 4, height - fixed - below));
  const beside = width > height * 1.25 && width >= AXIS_LEFT + largest(0) + band + GAP + KEY_BESIDE;
  const below = beside ? 0 : keyRows * KEY_LINE + 4;
  const single = largest(below);
  if (stacked) {
    const block = (height - KEY) / count;
    const side = Math.max(60, Math.min(width - AXIS_LEFT - band - GAP - 4, block - fixed));
    const x = AXIS_LEFT + Math.max(0, (width - AXIS_LEFT - side - band - GAP) / 2);
    return {
      panes: [...Array(count).keys()].map((index) => pane(x, index * block, side)),
      key: { x: x - 8, y: height - KEY, width: width - x, height: KEY },
      flow: 'column',
    };
  }
  if (count > 1 && (forced || (width >= 720 && twin > 0.66 * single))) {
    const all = AXIS_LEFT + (count - 1) * between + count * (twin + band + GAP);
    const x = AXIS_LEFT + (width - all) / 2;
    const column = width < KEY_IN_ROW;
    return {
      panes: [...Array(count).keys()].map((index) => pane(x + index * (twin + band + GAP + between), 0, twin)),
      key: { x: column ? x - 8 : x, y: fixed + twin, width: all - AXIS_LEFT, height: row },
      flow: column ? 'column' : 'row',
    };
  }
  const all = AXIS_LEFT + single + band + GAP + (beside ? KEY_BESIDE : 0);
  const x = AXIS_LEFT + Math.max(0, (width - all) / 2);
  return {
    panes: [pane(x, 0, single)],
    key: beside
      ? { x: x + single + band + 20, y: fixed - AXIS_BELOW - 8, width: 180, height: single }
      : { x: 0, y: fixed + single, width, height: below },
    flow: beside ? 'column' : 'row',
  };
}

/**
 * The lanes that a state asks for, a square for each where there is room; `forced`: also where there is little. `keyRows`:
 * the rows that the key takes on a phone.
 */
export function panesOf(state: Pick<State, 'compare' | 'view' | 'guidance'>): {
  lanes: LaneName[];
  forced: boolean;
  keyRows: number;
} {
  const { layout, other, shown, beside } = comparison(state);
  return {
    lanes: layout === 'auto' && other ? [other, shown] : beside,
    forced: layout !== 'auto',
    keyRows: tilts(state) || layout === 'overlay' || layout === 'difference' ? 4 : 3,
  };
}

/** Where the density is below this share of its peak no particle comes, and no arrow is drawn. */
const EMPTY = 1e-3;

export class PlanePicture implements Picture {
  readonly #theme: () => Theme;
  readonly #sums = new Float64Array(BINS);
  #cells: HTMLCanvasElement | null = null;
  #image: ImageData | null = null;
  #colors: Partial<Record<LaneName, Uint32Array>> = {};
  #colorKey = '';
  #arrowUnit = 0;
  #lines: { plane: PlaneShown; target: Path2D; boundary: Path2D; peak: number } | null = null;

  constructor(theme: () => Theme) {
    this.#theme = theme;
  }

  paint(canvas: HTMLCanvasElement, width: number, height: number, subject: Subject): void {
    const theme = this.#theme();
    const { context } = fitCanvas(canvas, width, height);
    context.fillStyle = theme.paper;
    context.fillRect(0, 0, width, height);
    context.font = `${FONT_SIZE}px ${theme.font}`;
    context.textBaseline = 'middle';
    const { state, plane } = subject;
    const { shown, other, layout: how } = comparison(state);
    const wanted = panesOf(state);
    const layout = planeLayout(width, height, wanted);
    if (plane && this.#lines?.plane !== plane) this.#lines = trace(plane);
    const unit = this.#unit(subject);
    const names = layout.panes.length > 1 ? wanted.lanes : [shown];
    names.forEach((name, index) => {
      const pane = layout.panes[index] as Pane;
      const { square } = pane;
      const lane = laneOf(subject, name);
      const minus = other && how === 'difference' ? laneOf(subject, other) : null;
      if (lane && minus) this.#difference(context, square, subject, lane, minus, theme);
      else if (lane) this.#particles(context, square, subject, lane, theme);
      clipped(context, square, () => {
        this.#contours(context, square, subject, theme);
        if (name === 'tested') this.#decision(context, square, subject, theme);
        const laid = other && how === 'overlay' ? laneOf(subject, other) : null;
        if (laid) this.#outlines(context, square, subject, laid, theme);
        if (minus) return;
        if (lane) this.#tails(context, square, subject, lane, theme);
        for (const field of fieldsOf(subject, name)) drawArrows(context, square, subject, field, unit, theme);
      });
      this.#frame(context, square, subject, theme, square.x === layout.panes[0]?.square.x);
      if (pane.top.height > 0) {
        clipped(context, pane.top, () => this.#margin(context, pane.top, 0, subject, lane, theme));
        clipped(context, pane.right, () => this.#margin(context, pane.right, 1, subject, lane, theme));
      }
      const weight = name === 'tested' ? `, γ = ${formatPlain(state.guidance.gamma)}` : '';
      const small = square.width < 200;
      const short = t(LANE_STYLES[name].short);
      const title = minus
        ? t('{a} − {b}, density', { a: short, b: t(LANE_STYLES[minus.name].short) })
        : small
          ? short
          : t(LANE_STYLES[name].label) + weight;
      text(context, title, square.x, pane.top.y - 9, minus ? theme.ink : theme.laneText[name]);
    });
    this.#key(context, layout, subject, unit, theme);
  }

  #particles(context: Context, square: Rect, subject: Subject, lane: LaneFrame, theme: Theme): void {
    this.#cells ??= layer(BINS, BINS);
    const cells = this.#cells.getContext('2d') as Context;
    this.#image ??= cells.createImageData(BINS, BINS);
    if (theme.key !== this.#colorKey) {
      this.#colorKey = theme.key;
      this.#colors = {};
    }
    this.#colors[lane.name] ??= ramp(theme.paper, theme.lanes[lane.name]);
    const { min, max } = subject.domain;
    const cell =
      (((max[0] as number) - (min[0] as number)) / BINS) * (((max[1] as number) - (min[1] as number)) / BINS);
    // Full colour is a little above the greatest target density at this time.
    const top = Math.max(1, 1.25 * (this.#lines?.peak ?? 0) * particlesOf(lane) * cell);
    paintRamp(this.#image, lane.bins, top, this.#colors[lane.name] as Uint32Array, true);
    cells.putImageData(this.#image, 0, 0);
    context.imageSmoothingEnabled = true;
    const { x, y, width, height } = placed(square, subject.window, subject.domain);
    const cloud = this.#cells;
    clipped(context, square, () => context.drawImage(cloud, x, y, width, height));
  }

  /** Where there are more of the one lane, its colour and ▲; where more of the other, its and ▼. */
  #difference(context: Context, square: Rect, subject: Subject, lane: LaneFrame, minus: LaneFrame, theme: Theme): void {
    const [a, b] = [smooth(lane), smooth(minus)];
    const difference = a.map((value, k) => value - (b[k] as number));
    let most = 0;
    for (const value of difference) most = Math.max(most, Math.abs(value));
    this.#cells ??= layer(BINS, BINS);
    const cells = this.#cells.getContext('2d') as Context;
    const whole = placed(square, subject.window, subject.domain);
    const above = ramp(theme.paper, theme.lanes[lane.name]);
    const below = ramp(theme.paper, theme.lanes[minus.name]);
    const image = cells.createImageData(BINS, BINS);
    const words = new Uint32Array(image.data.buffer);
    for (let j = 0; j < BINS; j += 1) {
      for (let i = 0; i < BINS; i += 1) {
        const value = difference[j * BINS + i] as number;
        const map = value > 0 ? above : below;
        const share = most > 0 ? Math.abs(value) / most : 0;
        words[(BINS - 1 - j) * BINS + i] = map[Math.round(share * (map.length - 1))] as number;
      }
    }
    cells.putImageData(image, 0, 0);
    const cloud = this.#cells;
    clipped(context, square, () => {
      context.drawImage(cloud, whole.x, whole.y, whole.width, whole.height);
      for (const sign of [1, -1]) {
        const name = sign > 0 ? lane.name : minus.name;
        context.strokeStyle = theme.laneText[name];
        context.setLineDash(sign > 0 ? [] : [4, 3]);
        context.lineWidth = 1.25;
        const signed = difference.map((value) => sign * value);
        context.stroke(this.#levels(signed, [0.25 * most], whole));
        context.setLineDash([]);
        // The sign stands where the difference is greatest.
        let at = 0;
        for (let k = 0; k < signed.length; k += 1) if ((signed[k] as number) > (signed[at] as number)) at = k;
        if ((signed[at] as number) < 0.25 * most || most === 0) continue;
        const x = whole.x + ((at % BINS) + 0.5) * (whole.width / BINS);
        const y = whole.y + whole.height - (Math.floor(at / BINS) + 0.5) * (whole.height / BINS);
        haloText(context, sign > 0 ? '▲' : '▼', x, y, theme.laneText[name], theme, 'center');
      }
      context.setLineDash([]);
    });
  }

  /** The other lane's particles as outlines, in its colour and dashes. */
  #outlines(context: Context, square: Rect, subject: Subject, lane: LaneFrame, theme: Theme): void {
    const density = smooth(lane);
    let most = 0;
    for (const value of density) most = Math.max(most, value);
    const whole = placed(square, subject.window, subject.domain);
    context.strokeStyle = theme.laneText[lane.name];
    context.lineWidth = 1.75;
    context.setLineDash([5, 3]);
    context.stroke(this.#levels(density, [0.05 * most, 0.3 * most, 0.7 * most], whole));
    context.setLineDash([]);
  }

  /** Level lines of values at the bins' centres. */
  #levels(values: Float32Array, levels: number[], whole: Rect): Path2D {
    const path = new Path2D();
    const x = (i: number) => whole.x + ((i + 0.5) / BINS) * whole.width;
    const y = (j: number) => whole.y + whole.height - ((j + 0.5) / BINS) * whole.height;
    for (const level of levels) {
      if (!(level > 0)) continue;
      for (const points of contourLines(values, BINS, BINS, level)) {
        path.moveTo(x(points[0] as number), y(points[1] as number));
        for (let k = 2; k < points.length; k += 2) path.lineTo(x(points[k] as number), y(points[k + 1] as number));
      }
    }
    return path;
  }

  #contours(context: Context, square: Rect, { window }: Subject, theme: Theme): void {
    if (!this.#lines) return;
    const { plane, target, boundary } = this.#lines;
    const field = placed(square, window, plane.over);
    const sx = field.width / (plane.columns - 1);
    const sy = field.height / (plane.rows - 1);
    const moved = (path: Path2D) => {
      const copy = new Path2D();
      copy.addPath(path, { a: sx, d: -sy, e: field.x, f: field.y + field.height });
      return copy;
    };
    context.strokeStyle = theme.ink;
    context.lineWidth = 1;
    context.globalAlpha = 0.75;
    context.stroke(moved(target));
    context.globalAlpha = 1;
    context.lineWidth = 1.5;
    context.setLineDash([6, 4]);
    context.stroke(moved(boundary));
    context.setLineDash([]);
  }

  /** Where the network that is under test changes its mind. */
  #decision(context: Context, square: Rect, { surface, window }: Subject, theme: Theme): void {
    if (!surface) return;
    const { side, posterior, over } = surface;
    const field = placed(square, window, over);
    const x = (column: number) => field.x + (column * field.width) / (side - 1);
    const y = (row: number) => field.y + field.height - (row * field.height) / (side - 1);
    context.strokeStyle = theme.lanes.tested;
    context.lineWidth = 1.5;
    context.beginPath();
    contour(posterior, side, side, 0.5, (x0, y0, x1, y1) => {
      context.moveTo(x(x0), y(y0));
      context.lineTo(x(x1), y(y1));
    });
    context.stroke();
  }

  #tails(context: Context, square: Rect, subject: Subject, lane: LaneFrame, theme: Theme): void {
    const { tracks, window, step } = subject;
    const index = tracks.lanes.indexOf(lane.name);
    const row = Math.floor(step / tracks.stride);
    if (index < 0 || tracks.dimension !== 2 || row * tracks.stride > tracks.recorded) return;
    const first = Math.max(0, row - TAIL_STEPS);
    const [left, low] = window.min as [number, number];
    const sx = square.width / ((window.max[0] as number) - left);
    const sy = square.height / ((window.max[1] as number) - low);
    const bottom = square.y + square.height;
    const count = Math.min(TAILS, tracks.tracked);
    const offset = index * tracks.tracked * 2;
    context.strokeStyle = theme.laneText[lane.name];
    context.globalAlpha = 0.5;
    context.lineWidth = 0.75;
    context.beginPath();
    for (let particle = 0; particle < count; particle += 1) {
      for (let at = first; at <= row; at += 1) {
        const k = at * tracks.rowSize + offset + particle * 2;
        const x = square.x + ((tracks.data[k] as number) - left) * sx;
        const y = bottom - ((tracks.data[k + 1] as number) - low) * sy;
        if (at === first) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
    }
    context.stroke();
    context.globalAlpha = 1;
    context.fillStyle = theme.laneText[lane.name];
    for (let particle = 0; particle < count; particle += 1) {
      const k = row * tracks.rowSize + offset + particle * 2;
      const x = square.x + ((tracks.data[k] as number) - left) * sx;
      const y = bottom - ((tracks.data[k + 1] as number) - low) * sy;
      context.fillRect(x - 1.25, y - 1.25, 2.5, 2.5);
    }
  }

  /** The length in data units of the scale arrow (one cell), or 0. */
  #unit({ arrows, arrowsExact, plane, state }: Subject): number {
    if (!arrows || !plane || state.view.field === 'none') return 0;
    const sizes: number[] = [];
    for (const field of [arrows, arrowsExact]) {
      if (field) eachArrow(field, plane, (_, __, vx, vy) => sizes.push(Math.hypot(vx, vy)));
    }
    sizes.sort((a, b) => a - b);
    const wanted = niceCeil(Math.max(sizes[Math.floor(sizes.length * 0.92)] ?? 0, 1e-3));
    // The unit moves seldom: it may be nearly twice too long.
    if (wanted > this.#arrowUnit || wanted < this.#arrowUnit / 1.9) this.#arrowUnit = wanted;
    return this.#arrowUnit;
  }

  #frame(context: Context, square: Rect, subject: Subject, theme: Theme, first: boolean): void {
    const { window } = subject;
    const { min, max } = window;
    context.lineWidth = 1;
    context.strokeStyle = theme.soft;
    context.strokeRect(
      crisp(square.x) - 1,
      crisp(square.y) - 1,
      Math.round(square.width) + 1,
      Math.round(square.height) + 1,
    );
    const count = square.width < 300 ? 4 : 6;
    for (const value of ticks(min[0] as number, max[0] as number, count)) {
      const x = crisp(across(square, window, value));
      line(context, x, square.y + square.height, x, square.y + square.height + 4);
      // The axis's name stands at its end.
      if (x < square.x + square.width - 18) {
        text(context, formatPlain(value), x, square.y + square.height + 13, theme.soft, 'center');
      }
    }
    for (const value of ticks(min[1] as number, max[1] as number, count)) {
      const y = crisp(upward(square, window, value));
      line(context, square.x - 4, y, square.x, y);
      if (first && y > square.y + 17) text(context, formatPlain(value), square.x - 7, y, theme.soft, 'right');
    }
    text(context, 'x₁', square.x + square.width, square.y + square.height + 13, theme.soft, 'right');
    if (first) text(context, 'x₂', square.x - 7, square.y + 4, theme.soft, 'right');
  }

  #margin(context: Context, rect: Rect, axis: 0 | 1, subject: Subject, lane: LaneFrame | null, theme: Theme): void {
    const { domain, window, marginals } = subject;
    const span = (domain.max[axis] as number) - (domain.min[axis] as number);
    const flat = axis === 0;
    const extent = flat ? rect.height : rect.width;
    let top = 0.42;
    if (marginals) {
      const count = marginals.target.length / 2;
      for (let k = axis * count; k < (axis + 1) * count; k += 1) {
        top = Math.max(top, marginals.target[k] as number, marginals.tilted[k] as number);
      }
    }
    top = niceCeil(top * 1.15);
    const point = (over: Window, share: number, value: number): [number, number] => {
      const size = (Math.min(value, top) / top) * extent;
      const area = placed(rect, window, over);
      return flat
        ? [area.x + share * area.width, rect.y + rect.height - size]
        : [rect.x + size, area.y + (1 - share) * area.height];
    };
    if (lane) {
      const sums = this.#sums.fill(0);
      for (let j = 0; j < BINS; j += 1) {
        for (let i = 0; i < BINS; i += 1) {
          const k = flat ? i : j;
          sums[k] = (sums[k] as number) + (lane.bins[j * BINS + i] as number);
        }
      }
      const scale = BINS / (span * Math.max(1, particlesOf(lane)));
      context.beginPath();
      context.moveTo(...point(domain, 0, 0));
      for (let k = 0; k < BINS; k += 1) {
        const value = (sums[k] as number) * scale;
        context.lineTo(...point(domain, k / BINS, value));
        context.lineTo(...point(domain, (k + 1) / BINS, value));
      }
      context.lineTo(...point(domain, 1, 0));
      context.fillStyle = theme.lanes[lane.name];
      context.globalAlpha = 0.32;
      context.fill();
      context.globalAlpha = 1;
      context.strokeStyle = theme.lanes[lane.name];
      context.lineWidth = 1;
      context.stroke();
    }
    if (marginals) {
      const count = marginals.target.length / 2;
      const curve = (values: Marginals['target']) => {
        context.beginPath();
        for (let k = 0; k < count; k += 1) {
          const [x, y] = point(marginals.over, k / (count - 1), values[axis * count + k] as number);
          if (k === 0) context.moveTo(x, y);
          else context.lineTo(x, y);
        }
        context.stroke();
      };
      context.strokeStyle = theme.soft;
      context.lineWidth = 1;
      curve(marginals.unguided);
      context.strokeStyle = theme.ink;
      context.lineWidth = 1.25;
      if (tilts(subject.state)) {
        context.setLineDash([5, 4]);
        curve(marginals.tilted);
        context.setLineDash([]);
      }
      context.lineWidth = 1.75;
      curve(marginals.target);
    }
  }

  #key(context: Context, layout: PlaneLayout, subject: Subject, unit: number, theme: Theme): void {
    const { key, flow, panes } = layout;
    const entry = (label: string, color: string, dash: number[], width: number): KeyEntry => ({
      label,
      color,
      textColor: color,
      dash,
      width,
    });
    const entries = [
      entry(ofTarget(t('target p(x|c)'), subject.state), theme.ink, [], 1.5),
      ...(tilts(subject.state) ? [entry(t('tilted ∝ p(x) p(c|x)ᵞ'), theme.ink, [5, 4], 1.25)] : []),
      entry(t('all classes p(x)'), theme.soft, [], 1),
      entry('p(c|x) = ½', theme.ink, [3, 3], 1.5),
      ...(subject.surface ? [entry('p̂(c|x) = ½', theme.lanes.tested, [], 1.5)] : []),
    ];
    const { shown, other, layout: how } = comparison(subject.state);
    if (other && how === 'overlay') {
      entries.push(
        entry(t('{lane} samples', { lane: t(LANE_STYLES[other].short) }), theme.laneText[other], [5, 3], 1.75),
      );
    }
    const minus = other && how === 'difference';
    if (minus) {
      entries.push(
        entry(t('▲ more {lane}', { lane: t(LANE_STYLES[shown].short) }), theme.laneText[shown], [], 1.25),
        entry(t('▼ more {lane}', { lane: t(LANE_STYLES[other].short) }), theme.laneText[other], [4, 3], 1.25),
      );
    }
    const row = flow === 'row';
    const left = key.x + (row ? 0 : 8);
    const right = key.x + key.width;
    let x = left;
    let y = key.y + (row ? 10 : 12);
    if (row) ({ x, y } = drawKeyRow(context, entries, x, y, right));
    else {
      drawKey(context, entries, key, 'left', theme);
      y += entries.length * KEY_LINE;
    }
    if (unit === 0 || minus) return;
    const length = cellOf(subject, (panes[0] as Pane).square) * LENGTH;
    const drawn = subject.state.view.field;
    const fields: { name: FieldName; words: string }[] = subject.arrowsExact
      ? [
          { name: 'exact', words: t('exact') },
          {
            name: 'tested',
            words: t('{field}; length = {size}', { field: t('tested guidance'), size: formatNumber(unit, 2) }),
          },
        ]
      : [
          {
            name: drawn,
            words: t('{field}; length = {size}', { field: t(FIELD_LABELS[drawn]), size: formatNumber(unit, 2) }),
          },
        ];
    for (const { name, words } of fields) {
      const color = fieldColor(name, theme);
      const stroke = new Path2D();
      const heads = new Path2D();
      const wide = length + 8 + context.measureText(words).width;
      if (x > left && x + wide > right) {
        x = left;
        y += KEY_LINE;
      }
      const under = name === 'exact' && fields.length > 1;
      arrow(stroke, heads, x, y, length, 0, under);
      paintArrows(context, stroke, heads, color, under);
      text(context, words, x + length + 8, y + 0.5, textColor(name, theme));
      x += wide + 12;
    }
  }
}

/** Shares of a lane's particles in the bins, each spread over 5 by 5 bins with binomial weights. */
function smooth(lane: LaneFrame): Float32Array {
  const all = Math.max(1, particlesOf(lane));
  let values = Float32Array.from(lane.bins, (count) => count / all);
  const kernel = [1, 4, 6, 4, 1];
  for (const stride of [1, BINS]) {
    const from = values;
    values = from.map((_, k) => {
      const at = stride === 1 ? k % BINS : Math.floor(k / BINS);
      let sum = 0;
      kernel.forEach((weight, index) => {
        const to = at + index - 2;
        if (to >= 0 && to < BINS) sum += weight * (from[k + (index - 2) * stride] as number);
      });
      return sum / 16;
    });
  }
  return values;
}

function textColor(field: FieldName, theme: Theme): string {
  if (field === 'tested' || field === 'error') return theme.laneText.tested;
  return field === 'exact' ? theme.laneText.exact : fieldColor(field, theme);
}

/** The level lines of a plane, in units of its grid, once. */
function trace(plane: PlaneShown) {
  const { columns, rows } = plane;
  const peak = plane.peaks.target;
  const target = new Path2D();
  const segment = (x0: number, y0: number, x1: number, y1: number) => {
    target.moveTo(x0, y0);
    target.lineTo(x1, y1);
  };
  for (const share of LEVELS) contour(plane.target, columns, rows, share * peak, segment);
  const boundary = new Path2D();
  for (const points of contourLines(plane.posterior, columns, rows, 0.5)) {
    boundary.moveTo(points[0] as number, points[1] as number);
    for (let k = 2; k < points.length; k += 2) boundary.lineTo(points[k] as number, points[k + 1] as number);
  }
  return { plane, target, boundary, peak };
}

interface ArrowSet {
  arrows: Over<Arrows>;
  name: FieldName;
  /** Drawn broad, beneath the arrows that are compared with it. */
  under: boolean;
}

/** What is drawn over the particles of a lane: a lane has its own guidance. */
function fieldsOf({ arrows, arrowsExact, state }: Subject, lane: LaneName): ArrowSet[] {
  const { field } = state.view;
  if (!arrows || field === 'none') return [];
  if (field === 'score') return [{ arrows, name: field, under: false }];
  const exact = arrowsExact ?? (field === 'exact' || state.classifier.kind === 'exact' ? arrows : null);
  if (field === 'exact' || (field === 'tested' && lane !== 'tested')) {
    return exact && lane !== 'unguided' ? [{ arrows: exact, name: 'exact', under: false }] : [];
  }
  if (lane !== 'tested') return [];
  return [
    ...(arrowsExact ? [{ arrows: arrowsExact, name: 'exact' as const, under: true }] : []),
    { arrows, name: field, under: false },
  ];
}

/**
 * Every row is shifted by another fraction of a cell, so that no wave along x1 can hide between the
 * arrows; only where there are particles.
 */
function eachArrow(
  { columns, rows, vectors }: Arrows,
  plane: PlaneShown,
  draw: (across: number, up: number, vx: number, vy: number) => void,
): void {
  const peak = plane.peaks.density;
  for (let j = 0; j < rows; j += 1) {
    const up = j / (rows - 1);
    const row = Math.round(up * (plane.rows - 1)) * plane.columns;
    for (let i = (j * 3) % PHASES; i < columns; i += PHASES) {
      const across = i / (columns - 1);
      if ((plane.density[row + Math.round(across * (plane.columns - 1))] as number) < EMPTY * peak) continue;
      const k = 2 * (j * columns + i);
      draw(across, up, vectors[k] as number, vectors[k + 1] as number);
    }
  }
}

/** Arrows take up so much of a cell. */
const LENGTH = 0.9;

function cellOf({ arrows }: Subject, square: Rect): number {
  return arrows ? square.height / (arrows.rows - 1) : 0;
}

function drawArrows(context: Context, square: Rect, subject: Subject, set: ArrowSet, unit: number, theme: Theme): void {
  const { plane } = subject;
  if (!plane || unit === 0) return;
  const length = cellOf(subject, square) * LENGTH;
  const stroke = new Path2D();
  const heads = new Path2D();
  const field = placed(square, subject.window, set.arrows.over);
  eachArrow(set.arrows, plane, (right, up, vx, vy) => {
    const size = (Math.hypot(vx, vy) / unit) * length;
    if (size < 1.5) return;
    // Arrows beyond the unit keep their direction and are cut at a little more.
    const scale = (Math.min(1, (1.4 * length) / size) * length) / unit;
    arrow(
      stroke,
      heads,
      field.x + right * field.width,
      field.y + (1 - up) * field.height,
      vx * scale,
      vy * scale,
      set.under,
    );
  });
  paintArrows(context, stroke, heads, fieldColor(set.name, theme), set.under);
}

function arrow(stroke: Path2D, heads: Path2D, x: number, y: number, vx: number, vy: number, broad: boolean): void {
  const size = Math.hypot(vx, vy);
  const head = Math.min(broad ? 7 : 4.5, size * 0.5);
  const ux = (vx / size) * head;
  const uy = (vy / size) * head;
  stroke.moveTo(x, y);
  stroke.lineTo(x + vx - ux * 0.5, y - vy + uy * 0.5);
  heads.moveTo(x + vx, y - vy);
  heads.lineTo(x + vx - ux + uy * 0.55, y - vy + uy + ux * 0.55);
  heads.lineTo(x + vx - ux - uy * 0.55, y - vy + uy - ux * 0.55);
  heads.closePath();
}

function paintArrows(context: Context, stroke: Path2D, heads: Path2D, color: string, under: boolean): void {
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineWidth = under ? 3 : 1.25;
  if (under) context.globalAlpha = 0.5;
  context.stroke(stroke);
  context.fill(heads);
  context.globalAlpha = 1;
}
