/** A canvas in CSS pixels, and the few drawing habits that all panels share. */
import type { Theme } from './theme';

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Context = CanvasRenderingContext2D;

export const FONT_SIZE = 12;

export interface Surface {
  context: Context;
  width: number;
  height: number;
  ratio: number;
}

/** Fits the backing store to the element; the pixel ratio is capped at 2, unless the canvas asks for one. */
export function fitCanvas(canvas: HTMLCanvasElement, width: number, height: number): Surface {
  const zoom = (canvas as { currentCSSZoom?: number }).currentCSSZoom ?? 1;
  const ratio = Number(canvas.dataset.ratio) || Math.min(2, Math.max(1, (globalThis.devicePixelRatio || 1) * zoom));
  const columns = Math.max(1, Math.round(width * ratio));
  const rows = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  const context = canvas.getContext('2d') as Context;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height, ratio };
}

export function layer(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, width);
  canvas.height = Math.max(1, height);
  return canvas;
}

/** Centres a hairline on device pixels. */
export function crisp(value: number): number {
  return Math.round(value) + 0.5;
}

export function text(
  context: Context,
  words: string,
  x: number,
  y: number,
  color: string,
  align: CanvasTextAlign = 'left',
): void {
  context.fillStyle = color;
  context.textAlign = align;
  context.fillText(words, x, y);
}

/** Text on a halo of paper, readable over lines. */
export function haloText(
  context: Context,
  words: string,
  x: number,
  y: number,
  color: string,
  theme: Theme,
  align: CanvasTextAlign = 'left',
): void {
  context.textAlign = align;
  context.lineJoin = 'round';
  context.lineWidth = 4;
  context.strokeStyle = theme.paper;
  context.strokeText(words, x, y);
  context.fillStyle = color;
  context.fillText(words, x, y);
}

export function line(context: Context, x0: number, y0: number, x1: number, y1: number): void {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

export function clipped(context: Context, rect: Rect, draw: () => void): void {
  context.save();
  context.beginPath();
  context.rect(rect.x, rect.y, rect.width, rect.height);
  context.clip();
  draw();
  context.restore();
}

export interface KeyEntry {
  label: string;
  color: string;
  /** The colour of the words, where it differs from the line's. */
  textColor: string;
  dash: number[];
  width: number;
  fill?: string;
}

/** From one line of a key to the next. */
export const KEY_LINE = 16;

/** Labels with a piece of their line, stacked from the top of a panel at its left or right edge. */
export function drawKey(context: Context, entries: KeyEntry[], rect: Rect, side: 'left' | 'right', theme: Theme): void {
  const step = KEY_LINE;
  const sample = 18;
  entries.forEach((entry, index) => {
    const y = rect.y + 12 + index * step;
    const x = side === 'left' ? rect.x + 8 : rect.x + rect.width - 8 - sample;
    if (entry.fill) {
      context.fillStyle = entry.fill;
      context.fillRect(x, y - 4, sample, 8);
    }
    context.strokeStyle = entry.color;
    context.lineWidth = entry.width;
    context.setLineDash(entry.dash);
    if (entry.fill) line(context, x, y - 4, x + sample, y - 4);
    else line(context, x, y, x + sample, y);
    context.setLineDash([]);
    haloText(
      context,
      entry.label,
      side === 'left' ? x + sample + 6 : x - 6,
      y + 0.5,
      entry.textColor,
      theme,
      side === 'left' ? 'left' : 'right',
    );
  });
}

/** The same in rows from `left` to `right`; returns where the next one would stand. */
export function drawKeyRow(
  context: Context,
  entries: KeyEntry[],
  left: number,
  top: number,
  right = Number.POSITIVE_INFINITY,
): { x: number; y: number } {
  const sample = 18;
  let x = left;
  let y = top;
  for (const entry of entries) {
    const wide = sample + 6 + context.measureText(entry.label).width;
    if (x > left && x + wide > right) {
      x = left;
      y += KEY_LINE;
    }
    if (entry.fill) {
      context.fillStyle = entry.fill;
      context.fillRect(x, y - 4, sample, 8);
    }
    context.strokeStyle = entry.color;
    context.lineWidth = entry.width;
    context.setLineDash(entry.dash);
    const at = entry.fill ? y - 4 : y;
    line(context, x, at, x + sample, at);
    context.setLineDash([]);
    text(context, entry.label, x + sample + 6, y + 0.5, entry.textColor);
    x += wide + 16;
  }
  return { x, y };
}

/** How wide such a row is. */
export function keyRowWidth(context: Context, entries: KeyEntry[]): number {
  return entries.reduce((sum, entry) => sum + 40 + context.measureText(entry.label).width, -16);
}
