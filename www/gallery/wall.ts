/** The rows of images, or the squares of points, as one picture, to be saved. */

import { png } from '../export/files';
import type { Theme } from '../painter/theme';
import type { Drawing } from './drawing';
import { coloursBy, paintImage } from './paint';
import { paintPlane, type Square } from './plane';

export interface Row {
  label: string;
  colour: string;
  images: Float32Array[];
  /** Of points; null: images. */
  square: Square | null;
}

/** In CSS pixels. */
const GAP = 8;
const LINE = 20;

export function wallOf(
  rows: Row[],
  drawing: Drawing,
  time: string,
  theme: Theme,
  width: number,
  ratio: number,
): Promise<Blob> {
  const columns = rows[0]?.images.length || 1;
  const side = Math.floor((width - GAP * (columns + 1)) / columns);
  const [across, down] = drawing.shape ?? [1, 1];
  const tall = Math.round((side * down) / across);
  const high = LINE + tall + GAP;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(ratio * width);
  canvas.height = Math.round(ratio * (GAP + rows.length * high + LINE));
  const context = canvas.getContext('2d');
  if (context) {
    context.scale(ratio, ratio);
    context.imageSmoothingEnabled = false;
    context.fillStyle = theme.paper;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.textBaseline = 'middle';
    context.font = `600 14px ${theme.font}`;
    const small = document.createElement('canvas');
    const colours = coloursBy(theme, drawing);
    rows.forEach(({ label, colour, images, square }, row) => {
      const top = GAP + row * high;
      context.fillStyle = colour;
      context.fillText(label, GAP, top + LINE / 2);
      if (square) paintPlane(context, [GAP, top + LINE, side], drawing, square, theme);
      images.forEach((x, column) => {
        const left = GAP + column * (side + GAP);
        paintImage(small, x, colours);
        context.drawImage(small, left, top + LINE, side, tall);
        context.strokeStyle = theme.hairline;
        context.strokeRect(left - 0.5, top + LINE - 0.5, side + 1, tall + 1);
      });
    });
    context.fillStyle = theme.soft;
    context.font = `12px ${theme.font}`;
    context.fillText(time, GAP, GAP + rows.length * high + LINE / 2 - GAP / 2);
  }
  return png(canvas);
}
