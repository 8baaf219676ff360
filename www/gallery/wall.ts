/** The rows of digits as one picture, to be saved. */

import { png } from '../export/files';
import { hexToRgb } from '../painter/colormap';
import type { Theme } from '../painter/theme';
import { type Colours, paintDigit } from './paint';

export interface Row {
  label: string;
  colour: string;
  digits: Float32Array[];
}

/** In CSS pixels. */
const GAP = 8;
const LINE = 20;

export function wallOf(rows: Row[], time: string, theme: Theme, width: number, ratio: number): Promise<Blob> {
  const columns = rows[0]?.digits.length ?? 0;
  const side = Math.floor((width - GAP * (columns + 1)) / columns);
  const high = LINE + side + GAP;
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
    const paper = hexToRgb(theme.paper);
    const colours: Colours = {
      paper,
      ink: hexToRgb(theme.ink),
      fault: hexToRgb(theme.lanes.tested),
      dark: paper[0] < 128,
    };
    rows.forEach(({ label, colour, digits }, row) => {
      const top = GAP + row * high;
      context.fillStyle = colour;
      context.fillText(label, GAP, top + LINE / 2);
      digits.forEach((x, column) => {
        const left = GAP + column * (side + GAP);
        paintDigit(small, x, colours);
        context.drawImage(small, left, top + LINE, side, side);
        context.strokeStyle = theme.hairline;
        context.strokeRect(left - 0.5, top + LINE - 0.5, side + 1, side + 1);
      });
    });
    context.fillStyle = theme.soft;
    context.font = `12px ${theme.font}`;
    context.fillText(time, GAP, GAP + rows.length * high + LINE / 2 - GAP / 2);
  }
  return png(canvas);
}
