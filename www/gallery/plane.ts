/** Own data that are no images: samples of a lane over the data, in the plane of the two leading discriminant directions. */
import type { Theme } from '../painter/theme';
import { type Drawing, nameOf, ofClass } from './drawing';

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

/** Beyond the data, as a share of what they span. */
const MARGIN = 0.15;
/** Pixels that a sample beyond the window keeps from its edge. */
const EDGE = 4;

/** The middle and the half span of the window that holds the data, the same in both directions. */
function windowOf({ own }: Drawing): { x: number; y: number; half: number } {
  const values = own?.values ?? new Float32Array();
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

/** Paints a square with its upper left corner at a place. */
export function paintPlane(
  context: CanvasRenderingContext2D,
  [left, top, side]: readonly [number, number, number],
  drawing: Drawing,
  { colour, samples, targets, target }: Square,
  { paper, ink, soft, hairline, font }: Theme,
): void {
  const { own, classes } = drawing;
  if (!own) return;
  const { x, y, half } = windowOf(drawing);
  const px = (value: number) => left + (side * (value - x + half)) / (2 * half);
  const py = (value: number) => top + (side * (y + half - value)) / (2 * half);
  const mark = (label: number) => MARKS[classes.indexOf(label) % MARKS.length] as Mark;
  context.save();
  context.beginPath();
  context.rect(left, top, side, side);
  context.clip();
  context.fillStyle = paper;
  context.fillRect(left, top, side, side);
  context.fillStyle = soft;
  for (const label of classes) {
    context.globalAlpha = target === null || target === label ? 0.4 : 0.15;
    context.beginPath();
    for (const at of ofClass(own, label))
      mark(label)(context, px(own.values[2 * at] as number), py(own.values[2 * at + 1] as number), 2.5);
    context.fill();
  }
  context.globalAlpha = 1;
  context.strokeStyle = paper;
  context.lineWidth = 0.75;
  context.fillStyle = colour;
  const inside = (value: number, from: number) => Math.min(from + side - EDGE, Math.max(from + EDGE, value));
  for (let at = 0; 2 * at < samples.length; at += 1) {
    const [across, up] = [samples[2 * at] as number, samples[2 * at + 1] as number];
    if (!Number.isFinite(across) || !Number.isFinite(up)) continue;
    context.beginPath();
    mark(targets[at % targets.length] as number)(context, inside(px(across), left), inside(py(up), top), 3);
    context.fill();
    context.stroke();
  }
  context.font = `600 12px ${font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineWidth = 4;
  context.lineJoin = 'round';
  context.fillStyle = ink;
  for (const label of classes) {
    const kept = ofClass(own, label);
    if (kept.length === 0) continue;
    const mean = (axis: number) =>
      kept.reduce((sum, at) => sum + (own.values[2 * at + axis] as number), 0) / kept.length;
    const name = nameOf(drawing, label).slice(0, 24);
    context.strokeText(name, px(mean(0)), py(mean(1)));
    context.fillText(name, px(mean(0)), py(mean(1)));
  }
  context.restore();
  context.strokeStyle = hairline;
  context.lineWidth = 1;
  context.strokeRect(left + 0.5, top + 0.5, side - 1, side - 1);
}
