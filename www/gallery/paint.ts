/** Small pictures: digits from paper to ink, images from black to white, and signed ones from purple by paper to green. */
import { hexToRgb } from '../painter/colormap';
import { readTheme, type Theme } from '../painter/theme';
import type { Drawing } from './drawing';

type Colour = readonly [number, number, number];

export interface Colours {
  paper: Colour;
  /** Of -1 and of 1. */
  low: Colour;
  high: Colour;
  /** Pixels of a row, and rows. */
  shape: readonly [number, number];
  /** Of what is lost. */
  fault: Colour;
  dark: boolean;
}

/** The colours of what is drawn, as they are in force on an element that has a probe; null where it is not in the page. */
export function coloursOf(element: HTMLElement, drawing: Drawing): Colours | null {
  const probe = element.querySelector<HTMLElement>('.probe i');
  return probe && coloursBy(readTheme(element, probe), drawing);
}

export function coloursBy({ paper, ink, lanes }: Theme, { own, shape }: Drawing): Colours {
  const rgb = hexToRgb(paper);
  const [low, high]: [Colour, Colour] = own ? [BLACK, WHITE] : [rgb, hexToRgb(ink)];
  return { paper: rgb, low, high, shape: shape ?? [1, 1], fault: hexToRgb(lanes.tested), dark: rgb[0] < 128 };
}

const BLACK: Colour = [0, 0, 0];
const WHITE: Colour = [255, 255, 255];

function paint(canvas: HTMLCanvasElement, [width, height]: Colours['shape'], colour: (index: number) => Colour): void {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = context.createImageData(width, height);
  for (let index = 0; index < width * height; index += 1) {
    const [r, g, b] = colour(index);
    image.data.set([r, g, b, 255], 4 * index);
  }
  context.putImageData(image, 0, 0);
}

const between = (from: Colour, to: Colour, share: number): Colour => [
  from[0] + (to[0] - from[0]) * share,
  from[1] + (to[1] - from[1]) * share,
  from[2] + (to[2] - from[2]) * share,
];

/** A square canvas with as many pixels as the screen has for it, painted in those of CSS; null where it is not seen. */
export function squareOf(canvas: HTMLCanvasElement): { context: CanvasRenderingContext2D; side: number } | null {
  const side = canvas.clientWidth;
  const context = canvas.getContext('2d');
  if (!context || side === 0) return null;
  canvas.width = Math.round(devicePixelRatio * side);
  canvas.height = canvas.width;
  context.scale(canvas.width / side, canvas.width / side);
  return { context, side };
}

/** Whether all of it is numbers. */
export const isThere = (x: Float32Array): boolean => x.every(Number.isFinite);

/** What lies beyond -1 and 1 is clipped. What is lost is crossed out. */
export function paintImage(canvas: HTMLCanvasElement, x: Float32Array, colours: Colours): void {
  const { paper, low, high, shape, fault } = colours;
  const [width, height] = shape;
  const there = isThere(x);
  paint(canvas, shape, (index) => {
    const [row, column] = [Math.floor(index / width), index % width];
    const across = Math.floor((row * width) / height);
    if (!there) return column === across || column === width - 1 - across ? fault : paper;
    return between(low, high, Math.min(1, Math.max(0, ((x[index] as number) + 1) / 2)));
  });
}

/** What adds ink is green and what takes it away purple, both full at `top`. */
const ENDS: Record<'light' | 'dark', [Colour, Colour]> = {
  light: [
    [118, 42, 131],
    [27, 120, 55],
  ],
  dark: [
    [194, 120, 210],
    [110, 200, 130],
  ],
};

export function paintSigned(canvas: HTMLCanvasElement, v: Float32Array, top: number, colours: Colours): void {
  const [less, more] = ENDS[colours.dark ? 'dark' : 'light'];
  paint(canvas, colours.shape, (index) => {
    const value = (v[index] as number) / top;
    if (!Number.isFinite(value)) return colours.paper;
    return between(colours.paper, value < 0 ? less : more, Math.min(1, Math.abs(value)));
  });
}
