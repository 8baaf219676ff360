/** Small pictures: digits from paper to ink, and signed ones from purple by paper to green. */
import { hexToRgb } from '../painter/colormap';
import { readTheme } from '../painter/theme';

/** Points on a side. */
export const SIDE = 14;

type Colour = readonly [number, number, number];

export interface Colours {
  paper: Colour;
  ink: Colour;
  /** Of what is lost. */
  fault: Colour;
  dark: boolean;
}

/** The colours in force on an element that has a probe. */
export function coloursOf(element: HTMLElement): Colours | null {
  const probe = element.querySelector<HTMLElement>('.probe i');
  if (!probe) return null;
  const { paper, ink, lanes } = readTheme(element, probe);
  const rgb = hexToRgb(paper);
  return { paper: rgb, ink: hexToRgb(ink), fault: hexToRgb(lanes.tested), dark: rgb[0] < 128 };
}

function paint(canvas: HTMLCanvasElement, colour: (index: number) => Colour): void {
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = context.createImageData(SIDE, SIDE);
  for (let index = 0; index < SIDE * SIDE; index += 1) {
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

/** Whether all of it is numbers. */
export const isThere = (x: Float32Array): boolean => x.every(Number.isFinite);

/** -1 is paper, 1 is ink; what lies beyond is clipped. What is lost is crossed out. */
export function paintDigit(canvas: HTMLCanvasElement, x: Float32Array, { paper, ink, fault }: Colours): void {
  const there = isThere(x);
  paint(canvas, (index) => {
    const [row, column] = [Math.floor(index / SIDE), index % SIDE];
    if (!there) return row === column || row + column === SIDE - 1 ? fault : paper;
    return between(paper, ink, Math.min(1, Math.max(0, ((x[index] as number) + 1) / 2)));
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
  paint(canvas, (index) => {
    const value = (v[index] as number) / top;
    if (!Number.isFinite(value)) return colours.paper;
    return between(colours.paper, value < 0 ? less : more, Math.min(1, Math.abs(value)));
  });
}
