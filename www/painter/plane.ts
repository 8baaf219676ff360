/**
 * The 2D picture: a square with the particles of one lane over the exact contours of the target
 * class, arrows of one field, and marginal histograms along the top and right edges.
 */
import { formatNumber, formatPlain } from '../format';
import type { FieldName, LaneFrame, Marginals, Plane } from '../protocol';
import { paintRamp, ramp } from './colormap';
import { contour, contourLines } from './contour';
import { particlesOf } from './density';
import { laneOf, type Picture, type Scene } from './scene';
import {
  type Context,
  clipped,
  crisp,
  drawKey,
  FONT_SIZE,
  fitCanvas,
  haloText,
  type KeyEntry,
  layer,
  line,
  type Rect,
  text,
} from './surface';
import { LANE_STYLES, type Theme } from './theme';
import { niceCeil, ticks } from './ticks';

const BINS = 128;
/** Shares of the greatest target density at which contours are drawn. */
const LEVELS = [0.05, 0.2, 0.4, 0.6, 0.8];
const TAIL_STEPS = 10;
const TAILS = 96;

export const FIELD_LABELS: Record<FieldName, string> = {
  none: 'none',
  score: 'score ∇ log p(x)',
  exact: 'exact guidance',
  tested: 'tested guidance',
  error: 'guidance error, tested − exact',
  drift: 'total drift',
};

export function fieldColor(field: FieldName, theme: Theme): string {
  if (field === 'tested' || field === 'error') return theme.lanes.tested;
  if (field === 'exact') return theme.lanes.exact;
  return field === 'score' ? theme.soft : theme.ink;
}

export interface PlaneLayout {
  square: Rect;
  top: Rect;
  right: Rect;
  /** Where the key stands: beside the square, or below it on narrow screens. */
  key: Rect;
  beside: boolean;
}

export function planeLayout(width: number, height: number): PlaneLayout {
  const left = 36;
  const band = width < 480 ? 40 : 64;
  const beside = width > height * 1.25;
  const below = beside ? 26 : 26 + 104;
  const side = Math.max(60, Math.min(width - left - band - 14, height - band - 14 - below));
  const total = left + side + band + 6 + (beside ? 190 : 0);
  const x = left + Math.max(0, (width - total - 6) / 2);
  const square = { x, y: 8 + band + 6, width: side, height: side };
  return {
    square,
    top: { x, y: 8, width: side, height: band },
    right: { x: x + side + 6, y: square.y, width: band, height: side },
    key: beside
      ? { x: x + side + band + 22, y: square.y - 4, width: 190, height: side }
      : { x: x - 8, y: square.y + side + 26, width: width - x, height: 104 },
    beside,
  };
}

export class PlanePicture implements Picture {
  readonly #theme: () => Theme;
  readonly #sums = new Float64Array(BINS);
  #cells: HTMLCanvasElement | null = null;
  #image: ImageData | null = null;
  #colors: Uint32Array = new Uint32Array(0);
  #colorKey = '';
  #arrowUnit = 0;

  constructor(theme: () => Theme) {
    this.#theme = theme;
  }

  paint(canvas: HTMLCanvasElement, width: number, height: number, scene: Scene): void {
    const theme = this.#theme();
    const { context } = fitCanvas(canvas, width, height);
    context.fillStyle = theme.paper;
    context.fillRect(0, 0, width, height);
    context.font = `${FONT_SIZE}px ${theme.font}`;
    context.textBaseline = 'middle';
    const layout = planeLayout(width, height);
    const { square } = layout;
    const lane = laneOf(scene, scene.state.view.lane) ?? laneOf(scene, 'tested');
    if (lane) this.#particles(context, square, scene, lane, theme);
    clipped(context, square, () => {
      if (scene.plane) this.#contours(context, square, scene.plane, theme);
      if (lane) this.#tails(context, square, scene, lane, theme);
    });
    const unit = this.#arrows(context, square, scene, theme);
    this.#frame(context, layout, scene, theme);
    this.#margin(context, layout.top, 0, scene, lane, theme);
    this.#margin(context, layout.right, 1, scene, lane, theme);
    this.#key(context, layout, scene, lane, unit, theme);
  }

  #particles(context: Context, square: Rect, scene: Scene, lane: LaneFrame, theme: Theme): void {
    this.#cells ??= layer(BINS, BINS);
    const cells = this.#cells.getContext('2d') as Context;
    this.#image ??= cells.createImageData(BINS, BINS);
    const key = `${theme.key}:${lane.name}`;
    if (key !== this.#colorKey) {
      this.#colorKey = key;
      this.#colors = ramp(theme.paper, theme.lanes[lane.name]);
    }
    const { min, max } = scene.domain;
    const cell =
      (((max[0] as number) - (min[0] as number)) / BINS) * (((max[1] as number) - (min[1] as number)) / BINS);
    // Full colour is a little above the greatest target density at this time.
    let peak = 0;
    if (scene.plane) for (const value of scene.plane.target) if (value > peak) peak = value;
    const top = Math.max(1, 1.25 * peak * particlesOf(lane) * cell);
    paintRamp(this.#image, lane.bins, top, this.#colors, true);
    cells.putImageData(this.#image, 0, 0);
    context.imageSmoothingEnabled = true;
    context.drawImage(this.#cells, square.x, square.y, square.width, square.height);
  }

  #contours(context: Context, square: Rect, plane: Plane, theme: Theme): void {
    const { columns, rows } = plane;
    let peak = 0;
    for (const value of plane.target) if (value > peak) peak = value;
    const sx = square.width / (columns - 1);
    const sy = square.height / (rows - 1);
    const bottom = square.y + square.height;
    const trace = (values: Float32Array, level: number) => {
      context.beginPath();
      contour(values, columns, rows, level, (x0, y0, x1, y1) => {
        context.moveTo(square.x + x0 * sx, bottom - y0 * sy);
        context.lineTo(square.x + x1 * sx, bottom - y1 * sy);
      });
      context.stroke();
    };
    context.strokeStyle = theme.ink;
    context.lineWidth = 1;
    context.globalAlpha = 0.75;
    for (const share of LEVELS) trace(plane.target, share * peak);
    context.globalAlpha = 1;
    context.lineWidth = 1.5;
    context.setLineDash([6, 4]);
    context.beginPath();
    for (const points of contourLines(plane.posterior, columns, rows, 0.5)) {
      for (let k = 0; k < points.length; k += 2) {
        const x = square.x + (points[k] as number) * sx;
        const y = bottom - (points[k + 1] as number) * sy;
        if (k === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
    }
    context.stroke();
    context.setLineDash([]);
  }

  #tails(context: Context, square: Rect, scene: Scene, lane: LaneFrame, theme: Theme): void {
    const { history, domain, step } = scene;
    const index = history.lanes.indexOf(lane.name);
    const row = Math.floor(step / history.stride);
    if (index < 0 || history.dimension !== 2 || row * history.stride > history.recorded) return;
    const first = Math.max(0, row - TAIL_STEPS);
    const [left, low] = domain.min as [number, number];
    const sx = square.width / ((domain.max[0] as number) - left);
    const sy = square.height / ((domain.max[1] as number) - low);
    const bottom = square.y + square.height;
    const count = Math.min(TAILS, history.tracked);
    const offset = index * history.tracked * 2;
    context.strokeStyle = theme.laneText[lane.name];
    context.globalAlpha = 0.5;
    context.lineWidth = 0.75;
    context.beginPath();
    for (let particle = 0; particle < count; particle += 1) {
      for (let at = first; at <= row; at += 1) {
        const k = at * history.rowSize + offset + particle * 2;
        const x = square.x + ((history.data[k] as number) - left) * sx;
        const y = bottom - ((history.data[k + 1] as number) - low) * sy;
        if (at === first) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
    }
    context.stroke();
    context.globalAlpha = 1;
    context.fillStyle = theme.laneText[lane.name];
    for (let particle = 0; particle < count; particle += 1) {
      const k = row * history.rowSize + offset + particle * 2;
      const x = square.x + ((history.data[k] as number) - left) * sx;
      const y = bottom - ((history.data[k + 1] as number) - low) * sy;
      context.fillRect(x - 1.25, y - 1.25, 2.5, 2.5);
    }
  }

  /** Draws the arrows and returns the length in data units of the scale arrow (one cell), or 0. */
  #arrows(context: Context, square: Rect, scene: Scene, theme: Theme): number {
    const { arrows, state } = scene;
    if (!arrows || state.view.field === 'none') return 0;
    const { columns, rows, vectors } = arrows;
    const sizes: number[] = [];
    for (let k = 0; k < vectors.length; k += 2) sizes.push(Math.hypot(vectors[k] as number, vectors[k + 1] as number));
    sizes.sort((a, b) => a - b);
    const typical = sizes[Math.floor(sizes.length * 0.92)] ?? 0;
    const wanted = niceCeil(Math.max(typical, 1e-3));
    // The unit moves seldom: it may be nearly twice too long.
    if (wanted > this.#arrowUnit || wanted < this.#arrowUnit / 1.9) this.#arrowUnit = wanted;
    const unit = this.#arrowUnit;
    const cell = square.width / (columns - 1);
    const length = cell * 0.9;
    const bottom = square.y + square.height;
    clipped(context, square, () => {
      context.strokeStyle = fieldColor(state.view.field, theme);
      context.fillStyle = context.strokeStyle;
      context.lineWidth = 1.25;
      context.beginPath();
      const heads = new Path2D();
      for (let j = 0; j < rows; j += 1) {
        for (let i = 0; i < columns; i += 1) {
          const k = 2 * (j * columns + i);
          let vx = ((vectors[k] as number) / unit) * length;
          let vy = ((vectors[k + 1] as number) / unit) * length;
          const size = Math.hypot(vx, vy);
          if (size < 1.5) continue;
          // Arrows beyond the unit keep their direction and are cut at a little more.
          const cut = Math.min(1, (1.15 * length) / size);
          vx *= cut;
          vy *= cut;
          const x = square.x + i * cell - vx / 2;
          const y = bottom - (j / (rows - 1)) * square.height + vy / 2;
          context.moveTo(x, y);
          context.lineTo(x + vx, y - vy);
          const head = Math.min(4, size * cut * 0.45);
          const ux = vx / (size * cut);
          const uy = vy / (size * cut);
          heads.moveTo(x + vx + ux * head * 0.4, y - vy - uy * head * 0.4);
          heads.lineTo(x + vx - ux * head + uy * head * 0.6, y - vy + uy * head + ux * head * 0.6);
          heads.lineTo(x + vx - ux * head - uy * head * 0.6, y - vy + uy * head - ux * head * 0.6);
        }
      }
      context.stroke();
      context.fill(heads);
    });
    return unit;
  }

  #frame(context: Context, layout: PlaneLayout, scene: Scene, theme: Theme): void {
    const { square } = layout;
    const { min, max } = scene.domain;
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
      const x = crisp(
        square.x + ((value - (min[0] as number)) / ((max[0] as number) - (min[0] as number))) * square.width,
      );
      line(context, x, square.y + square.height, x, square.y + square.height + 4);
      text(context, formatPlain(value), x, square.y + square.height + 13, theme.soft, 'center');
    }
    for (const value of ticks(min[1] as number, max[1] as number, count)) {
      const share = (value - (min[1] as number)) / ((max[1] as number) - (min[1] as number));
      const y = crisp(square.y + (1 - share) * square.height);
      line(context, square.x - 4, y, square.x, y);
      text(context, formatPlain(value), square.x - 7, y, theme.soft, 'right');
    }
    text(context, 'x₁', square.x + square.width + 10, square.y + square.height + 13, theme.soft, 'left');
    text(context, 'x₂', square.x - 7, square.y - 8, theme.soft, 'right');
  }

  #margin(context: Context, rect: Rect, axis: 0 | 1, scene: Scene, lane: LaneFrame | null, theme: Theme): void {
    const { domain, marginals } = scene;
    const low = domain.min[axis] as number;
    const span = (domain.max[axis] as number) - low;
    const across = axis === 0;
    const extent = across ? rect.height : rect.width;
    let top = 0.42;
    if (marginals) {
      const count = marginals.target.length / 2;
      for (let k = axis * count; k < (axis + 1) * count; k += 1) {
        top = Math.max(top, marginals.target[k] as number, marginals.tilted[k] as number);
      }
    }
    top = niceCeil(top * 1.15);
    const point = (share: number, value: number): [number, number] => {
      const size = (Math.min(value, top) / top) * extent;
      return across
        ? [rect.x + share * rect.width, rect.y + rect.height - size]
        : [rect.x + size, rect.y + (1 - share) * rect.height];
    };
    if (lane) {
      const sums = this.#sums.fill(0);
      for (let j = 0; j < BINS; j += 1) {
        for (let i = 0; i < BINS; i += 1) {
          const k = across ? i : j;
          sums[k] = (sums[k] as number) + (lane.bins[j * BINS + i] as number);
        }
      }
      const scale = BINS / (span * Math.max(1, particlesOf(lane)));
      context.beginPath();
      context.moveTo(...point(0, 0));
      for (let k = 0; k < BINS; k += 1) {
        const value = (sums[k] as number) * scale;
        context.lineTo(...point(k / BINS, value));
        context.lineTo(...point((k + 1) / BINS, value));
      }
      context.lineTo(...point(1, 0));
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
          const [x, y] = point(k / (count - 1), values[axis * count + k] as number);
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
      context.setLineDash([5, 4]);
      curve(marginals.tilted);
      context.setLineDash([]);
      context.lineWidth = 1.75;
      curve(marginals.target);
    }
  }

  #key(context: Context, layout: PlaneLayout, scene: Scene, lane: LaneFrame | null, unit: number, theme: Theme): void {
    const { state } = scene;
    const entries: KeyEntry[] = [];
    if (lane) {
      entries.push({
        label: `${LANE_STYLES[lane.name].short} samples`,
        color: theme.lanes[lane.name],
        textColor: theme.laneText[lane.name],
        dash: [],
        width: 1,
        fill: `${theme.lanes[lane.name]}66`,
      });
    }
    entries.push(
      { label: 'target p(x|c)', color: theme.ink, textColor: theme.ink, dash: [], width: 1.5 },
      { label: 'tilted ∝ p(x) p(c|x)ᵞ', color: theme.ink, textColor: theme.ink, dash: [5, 4], width: 1.25 },
      { label: 'all classes p(x)', color: theme.soft, textColor: theme.soft, dash: [], width: 1 },
      { label: 'boundary p(c|x) = ½', color: theme.ink, textColor: theme.ink, dash: [3, 3], width: 1.5 },
    );
    drawKey(context, entries, layout.key, 'left', theme);
    if (unit > 0) {
      const color = fieldColor(state.view.field, theme);
      const y = layout.key.y + 12 + entries.length * 16 + 4;
      const x = layout.key.x + 8;
      const length = (layout.square.width / ((scene.arrows?.columns ?? 2) - 1)) * 0.9;
      context.strokeStyle = color;
      context.fillStyle = color;
      context.lineWidth = 1.25;
      line(context, x, y, x + length, y);
      context.beginPath();
      context.moveTo(x + length + 1.5, y);
      context.lineTo(x + length - 4, y - 2.6);
      context.lineTo(x + length - 4, y + 2.6);
      context.fill();
      haloText(context, `= ${formatNumber(unit, 2)}`, x + length + 8, y, theme.ink, theme);
      haloText(context, FIELD_LABELS[state.view.field], x, y + 17, color, theme);
    }
  }
}
