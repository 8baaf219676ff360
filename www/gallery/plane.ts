/**
 * The plane of the two leading discriminant directions of a mixture: over data the samples of a lane, where these are no images, and
 * of a picture its paths.
 */
import { LANE_STYLES, type Theme } from '../painter/theme';
import type { Drawn, Flat, LaneName } from '../workers/protocol';
import { type Drawing, nameOf, ofClass } from './drawing';

/** Data in the plane: two numbers for each, and its class. */
export type Cloud = Pick<Flat, 'values' | 'classes'>;

/** What one square shows. */
export interface Square {
  /** Of the samples. */
  colour: string;
  /** Two numbers for each. */
  samples: Float32Array;
  /** The class that each is steered to. */
  targets: readonly number[];
  /** Whether all are steered to this class; null: each to its own. */
  target: number | null;
}

/** Where one picture goes in a lane. */
export interface Path {
  lane: LaneName;
  /** Two numbers for each time. */
  points: Float32Array;
}

/** The upper left corner of a square, and its side. */
type Box = readonly [left: number, top: number, side: number];

/** Beyond the data, as a share of what they span. */
const MARGIN = 0.15;
/** Pixels that a sample beyond the window keeps from its edge. */
const EDGE = 4;

/** The middle and the half span of the window that holds some points, the same in both directions. */
function windowOf(values: ArrayLike<number>): { x: number; y: number; half: number } {
  const reach = (axis: number): [number, number] => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = axis; at < values.length; at += 2) {
      low = Math.min(low, values[at] as number);
      high = Math.max(high, values[at] as number);
    }
    return [low, high];
  };
  const [[left, right], [bottom, top]] = [reach(0), reach(1)];
  const half = ((1 + 2 * MARGIN) * Math.max(right - left, top - bottom)) / 2 || 1;
  return { x: (left + right) / 2, y: (bottom + top) / 2, half };
}

type Mark = (context: CanvasRenderingContext2D, x: number, y: number, r: number) => void;

const corners =
  (...points: [number, number][]): Mark =>
  (context, x, y, r) => {
    points.forEach(([across, down], index) => {
      if (index === 0) context.moveTo(x + r * across, y + r * down);
      else context.lineTo(x + r * across, y + r * down);
    });
    context.closePath();
  };

/** One for each class, in turn: classes are told apart without colour, which is that of the lane. */
const MARKS: readonly Mark[] = [
  (context, x, y, r) => {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
  },
  corners([0, -1.3], [1.2, 0.9], [-1.2, 0.9]),
  corners([-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]),
  corners([0, -1.4], [1, 0], [0, 1.4], [-1, 0]),
  corners([0, 1.3], [1.2, -0.9], [-1.2, -0.9]),
];

/** Where things stand in a square. */
interface Scale {
  px(x: number): number;
  py(y: number): number;
  /** The same for what may lie beyond the window: at its edge. */
  at(x: number, y: number): [number, number];
}

function scaleOf([left, top, side]: Box, values: ArrayLike<number>): Scale {
  const { x, y, half } = windowOf(values);
  const px = (value: number) => left + (side * (value - x + half)) / (2 * half);
  const py = (value: number) => top + (side * (y + half - value)) / (2 * half);
  const inside = (value: number, from: number) => Math.min(from + side - EDGE, Math.max(from + EDGE, value));
  return { px, py, at: (x, y) => [inside(px(x), left), inside(py(y), top)] };
}

const markOf = ({ classes }: Drawing, label: number): Mark => MARKS[classes.indexOf(label) % MARKS.length] as Mark;

/** Paper with the data; what comes next is within the square until `frame`. */
function ground(
  context: CanvasRenderingContext2D,
  [left, top, side]: Box,
  { px, py }: Scale,
  drawing: Drawing,
  cloud: Cloud,
  target: number | null,
  { paper, soft }: Theme,
): void {
  context.save();
  context.beginPath();
  context.rect(left, top, side, side);
  context.clip();
  context.fillStyle = paper;
  context.fillRect(left, top, side, side);
  context.fillStyle = soft;
  for (const label of drawing.classes) {
    context.globalAlpha = target === null || target === label ? 0.4 : 0.15;
    context.beginPath();
    for (const at of ofClass(cloud, label)) {
      const mark = markOf(drawing, label);
      mark(context, px(cloud.values[2 * at] as number), py(cloud.values[2 * at + 1] as number), 2.5);
    }
    context.fill();
  }
  context.globalAlpha = 1;
}

/** The classes' names at their means. */
function names(
  context: CanvasRenderingContext2D,
  { px, py }: Scale,
  drawing: Drawing,
  cloud: Cloud,
  { paper, ink, font }: Theme,
): void {
  context.font = `600 12px ${font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineWidth = 4;
  context.lineJoin = 'round';
  context.strokeStyle = paper;
  context.fillStyle = ink;
  for (const label of drawing.classes) {
    const kept = ofClass(cloud, label);
    if (kept.length === 0) continue;
    const mean = (axis: number) =>
      kept.reduce((sum, at) => sum + (cloud.values[2 * at + axis] as number), 0) / kept.length;
    const name = nameOf(drawing, label).slice(0, 24);
    context.strokeText(name, px(mean(0)), py(mean(1)));
    context.fillText(name, px(mean(0)), py(mean(1)));
  }
}

function frame(context: CanvasRenderingContext2D, [left, top, side]: Box, { hairline }: Theme): void {
  context.restore();
  context.strokeStyle = hairline;
  context.lineWidth = 1;
  context.strokeRect(left + 0.5, top + 0.5, side - 1, side - 1);
}

/** Paints a square of samples. */
export function paintPlane(
  context: CanvasRenderingContext2D,
  box: Box,
  drawing: Drawing,
  { colour, samples, targets, target }: Square,
  theme: Theme,
): void {
  const { own } = drawing;
  if (!own) return;
  const scale = scaleOf(box, own.values);
  ground(context, box, scale, drawing, own, target, theme);
  context.strokeStyle = theme.paper;
  context.lineWidth = 0.75;
  context.fillStyle = colour;
  for (let at = 0; 2 * at < samples.length; at += 1) {
    const [across, up] = [samples[2 * at] as number, samples[2 * at + 1] as number];
    if (!Number.isFinite(across) || !Number.isFinite(up)) continue;
    context.beginPath();
    markOf(drawing, targets[at % targets.length] as number)(context, ...scale.at(across, up), 3);
    context.fill();
    context.stroke();
  }
  names(context, scale, drawing, own, theme);
  frame(context, box, theme);
}

/** Of one picture of all lanes, by the directions of the plane. */
export function pathsOf(
  { positions, times }: Drawn,
  lanes: readonly LaneName[],
  { columns, dimension }: Pick<Drawing, 'columns' | 'dimension'>,
  column: number,
  directions: Float32Array,
): Path[] {
  return lanes.map((lane, row) => {
    const points = new Float32Array(2 * times.length);
    for (let step = 0; step < times.length; step += 1) {
      const first = ((step * lanes.length + row) * columns + column) * dimension;
      for (const axis of [0, 1]) {
        let sum = 0;
        for (let j = 0; j < dimension; j += 1)
          sum += (positions[first + j] as number) * (directions[axis * dimension + j] as number);
        points[2 * step + axis] = sum;
      }
    }
    return { lane, points };
  });
}

/** What is ahead of the present time. */
const AHEAD = 0.3;

/** Paints paths over the data, up to a time, and faintly what comes after it. */
export function paintPaths(
  context: CanvasRenderingContext2D,
  box: Box,
  drawing: Drawing,
  cloud: Cloud,
  { paths, place, target }: { paths: readonly Path[]; place: number; target: number },
  theme: Theme,
): void {
  const start = paths[0]?.points.subarray(0, 2) ?? [];
  const scale = scaleOf(box, [...cloud.values, ...start]);
  ground(context, box, scale, drawing, cloud, target, theme);
  names(context, scale, drawing, cloud, theme);
  context.lineJoin = 'round';
  // The first lane on top.
  for (const { lane, points } of [...paths].reverse()) {
    const there = (step: number) => Number.isFinite(points[2 * step]) && Number.isFinite(points[2 * step + 1]);
    const at = (step: number) => scale.at(points[2 * step] as number, points[2 * step + 1] as number);
    const line = (from: number, to: number) => {
      context.beginPath();
      for (let step = from; step <= to && there(step); step += 1) context.lineTo(...at(step));
      context.stroke();
    };
    context.strokeStyle = theme.lanes[lane];
    context.fillStyle = theme.lanes[lane];
    context.lineWidth = LANE_STYLES[lane].width;
    context.setLineDash(LANE_STYLES[lane].dash);
    line(0, place);
    context.globalAlpha = AHEAD;
    line(place, points.length / 2 - 1);
    context.globalAlpha = 1;
    context.setLineDash([]);
    if (!there(place)) continue;
    context.beginPath();
    context.arc(...at(place), 4, 0, 2 * Math.PI);
    context.fill();
    context.strokeStyle = theme.paper;
    context.stroke();
  }
  frame(context, box, theme);
}
