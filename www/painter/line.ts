/** The 1D picture: space-time, density and guidance on one x axis. */

import { t } from '../words';
import { formatPlain } from '../words/numbers';
import { columnsOf, type LineLayout, NARROW } from './columns';
import { DensityPanel } from './density';
import { GuidancePanel } from './guidance';
import { SpacetimePanel } from './spacetime';
import type { Picture, Subject } from './subject';
import { type Context, crisp, FONT_SIZE, fitCanvas, line, type Rect, text } from './surface';
import { LANE_STYLES, type Theme } from './theme';
import { ticks } from './ticks';

function panels() {
  return { spacetime: new SpacetimePanel(), density: new DensityPanel(), guidance: new GuidancePanel() };
}

export class LinePicture implements Picture {
  readonly #panels = [panels(), panels(), panels()] as const;
  readonly #theme: () => Theme;

  constructor(theme: () => Theme) {
    this.#theme = theme;
  }

  paint(canvas: HTMLCanvasElement, width: number, height: number, subject: Subject): void {
    const theme = this.#theme();
    const { context, ratio } = fitCanvas(canvas, width, height);
    context.fillStyle = theme.paper;
    context.fillRect(0, 0, width, height);
    context.font = `${FONT_SIZE}px ${theme.font}`;
    context.textBaseline = 'middle';
    const columns = columnsOf(subject.state, width, height);
    const { field } = subject.state.view;
    const lowest = field === 'score' ? t('Score, ∇ log p(x)') : field === 'drift' ? t('Total drift') : null;
    columns.forEach((column, index) => {
      const { layout, filled, minus } = column;
      const own = this.#panels[index as 0 | 1 | 2];
      // Columns share the axis at their left and, where they are narrow, what is said above their panels.
      const first = layout.spacetime.x === columns[0]?.layout.spacetime.x;
      const title = (words: string, rect: Rect, color = theme.soft) => text(context, words, rect.x, rect.y - 10, color);
      const small = layout.density.width < 420;
      if (columns.length > 1) {
        title(t(LANE_STYLES[filled].label), layout.spacetime, theme.laneText[filled]);
        if (first || layout.density.width >= NARROW) {
          title(t('Density at this time'), layout.density);
          title(lowest ?? (small ? t('Guidance') : t('Guidance at this time')), layout.guidance);
        }
      } else {
        title(
          small
            ? t('Paths, noise to data, over density p(x)')
            : t('Paths from noise (top) to data (bottom), over the density p(x) of all classes'),
          layout.spacetime,
        );
        const lanes = minus ? { a: t(LANE_STYLES[filled].short), b: t(LANE_STYLES[minus].short) } : null;
        title(
          lanes
            ? small
              ? `${lanes.a} − ${lanes.b}`
              : t('Difference of densities, {a} − {b}', lanes)
            : t('Density at this time'),
          layout.density,
        );
        // “tested, the same” needs the room.
        const bare = small && subject.state.classifier.kind === 'exact';
        title(
          lowest ??
            (bare ? t('Guidance') : small ? t('Guidance, ∇ log p(c|x)') : t('Guidance at this time, ∇ log p(c|x)')),
          layout.guidance,
        );
      }
      own.spacetime.paint(context, layout.spacetime, subject, theme, ratio, column, first);
      own.density.paint(context, layout.density, subject, theme, column, first);
      own.guidance.paint(context, layout.guidance, subject, theme, column, first);
      this.#axis(context, layout, subject, theme);
    });
  }

  #axis(context: Context, layout: LineLayout, subject: Subject, theme: Theme): void {
    const rect = layout.guidance;
    const low = subject.window.min[0] as number;
    const high = subject.window.max[0] as number;
    const y = rect.y + rect.height;
    const end = rect.x + rect.width - 2;
    context.strokeStyle = theme.soft;
    context.lineWidth = 1;
    line(context, rect.x, crisp(y), rect.x + rect.width, crisp(y));
    for (const value of ticks(low, high, Math.max(4, Math.round(rect.width / 60)))) {
      const x = crisp(rect.x + ((value - low) / (high - low)) * rect.width);
      line(context, x, y, x, y + 4);
      // The axis's name stands at its end.
      const label = formatPlain(value);
      if (x + context.measureText(label).width / 2 < end) text(context, label, x, y + 13, theme.soft, 'center');
    }
    text(context, 'x', end + 10, y + 13, theme.soft, 'right');
  }
}
