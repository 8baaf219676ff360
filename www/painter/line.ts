/** The 1D picture: space-time, density and guidance on one x axis. */
import { formatPlain } from '../format';
import { DensityPanel } from './density';
import { GuidancePanel } from './guidance';
import type { Picture, Scene } from './scene';
import { SpacetimePanel } from './spacetime';
import { type Context, crisp, FONT_SIZE, fitCanvas, line, type Rect, text } from './surface';
import type { Theme } from './theme';
import { ticks } from './ticks';

const TITLE = 20;
const AXIS = 22;

export interface LineLayout {
  spacetime: Rect;
  density: Rect;
  guidance: Rect;
}

export function lineLayout(width: number, height: number): LineLayout {
  const left = width < 480 ? 36 : 44;
  const plot = { x: left, width: Math.max(40, width - left - 10) };
  const room = Math.max(120, height - 3 * TITLE - AXIS - 16);
  const first = Math.round(room * 0.44);
  const second = Math.round(room * 0.32);
  const third = room - first - second;
  let y = TITLE;
  const spacetime = { ...plot, y, height: first };
  y += first + TITLE + 8;
  const density = { ...plot, y, height: second };
  y += second + TITLE + 8;
  return { spacetime, density, guidance: { ...plot, y, height: third } };
}

export class LinePicture implements Picture {
  readonly #spacetime = new SpacetimePanel();
  readonly #density = new DensityPanel();
  readonly #guidance = new GuidancePanel();
  readonly #theme: () => Theme;

  constructor(theme: () => Theme) {
    this.#theme = theme;
  }

  paint(canvas: HTMLCanvasElement, width: number, height: number, scene: Scene): void {
    const theme = this.#theme();
    const { context, ratio } = fitCanvas(canvas, width, height);
    context.fillStyle = theme.paper;
    context.fillRect(0, 0, width, height);
    context.font = `${FONT_SIZE}px ${theme.font}`;
    context.textBaseline = 'middle';
    const layout = lineLayout(width, height);
    const small = width < 480;
    const title = (words: string, rect: Rect) => text(context, words, rect.x, rect.y - 10, theme.soft);
    title(
      small
        ? 'Paths, noise to data, over density p(x)'
        : 'Paths from noise (top) to data (bottom), over the density p(x) of all classes',
      layout.spacetime,
    );
    title('Density at this time', layout.density);
    title(small ? 'Guidance, ∇ log p(c|x)' : 'Guidance at this time, ∇ log p(c|x)', layout.guidance);
    this.#spacetime.paint(context, layout.spacetime, scene, theme, ratio);
    this.#density.paint(context, layout.density, scene, theme);
    this.#guidance.paint(context, layout.guidance, scene, theme);
    this.#axis(context, layout, scene, theme);
  }

  #axis(context: Context, layout: LineLayout, scene: Scene, theme: Theme): void {
    const rect = layout.guidance;
    const low = scene.window.min[0] as number;
    const high = scene.window.max[0] as number;
    const y = rect.y + rect.height;
    context.strokeStyle = theme.soft;
    context.lineWidth = 1;
    line(context, rect.x, crisp(y), rect.x + rect.width, crisp(y));
    for (const value of ticks(low, high, Math.max(4, Math.round(rect.width / 60)))) {
      const x = crisp(rect.x + ((value - low) / (high - low)) * rect.width);
      line(context, x, y, x, y + 4);
      text(context, formatPlain(value), x, y + 13, theme.soft, 'center');
    }
    text(context, 'x', rect.x + rect.width + 8, y + 13, theme.soft, 'right');
  }
}
