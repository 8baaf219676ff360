/** The 1D picture: space-time, density and guidance on one x axis. */

import { t } from '../words';
import { formatPlain } from '../words/numbers';
import type { LaneName, State } from '../workers/protocol';
import { DensityPanel } from './density';
import { GuidancePanel } from './guidance';
import { SpacetimePanel } from './spacetime';
import { comparison, type Picture, STACKED_BELOW, type Subject } from './subject';
import { type Context, crisp, FONT_SIZE, fitCanvas, line, type Rect, text } from './surface';
import { LANE_STYLES, type Theme } from './theme';
import { ticks } from './ticks';

const TITLE = 20;
const AXIS = 22;

export interface LineLayout {
  spacetime: Rect;
  density: Rect;
  guidance: Rect;
}

const BETWEEN = 16;
/** A column narrower than this says only what the one before it has not said. */
export const NARROW = 240;

/** What stands in each column, from left to right. */
export interface Column {
  layout: LineLayout;
  /** The lane whose samples are filled, and those drawn as lines. */
  filled: LaneName;
  lined: LaneName[];
  /** The filled lane minus this one is shown. */
  minus: LaneName | null;
  /** The lanes whose paths are drawn behind those of the filled one. */
  paths: LaneName[];
  /** The one lane that the column is about, or null. */
  only: LaneName | null;
}

/** The panels of `count` lanes, side by side or one below the other. */
export function lineLayouts(width: number, height: number, count: number): LineLayout[] {
  const stacked = width < STACKED_BELOW;
  const left = 44;
  const whole = Math.max(40, width - left - 10);
  const [columns, rows] = stacked ? [1, count] : [count, 1];
  const each = (whole - (columns - 1) * BETWEEN) / columns;
  const block = height / rows;
  const room = Math.max(120, block - 3 * TITLE - AXIS - 16);
  const first = Math.round(room * 0.44);
  const second = Math.round(room * 0.32);
  const third = room - first - second;
  return Array.from({ length: count }, (_, index) => {
    const plot = { x: left + (stacked ? 0 : index * (each + BETWEEN)), width: each };
    let y = TITLE + (stacked ? Math.round(index * block) : 0);
    const spacetime = { ...plot, y, height: first };
    y += first + TITLE + 8;
    const density = { ...plot, y, height: second };
    y += second + TITLE + 8;
    return { spacetime, density, guidance: { ...plot, y, height: third } };
  });
}

export function columnsOf(state: Pick<State, 'compare' | 'view'>, width: number, height: number): Column[] {
  const { shown, other, layout, beside } = comparison(state);
  const one = (filled: LaneName, lined: LaneName[], minus: LaneName | null = null): Column => ({
    layout: lineLayouts(width, height, 1)[0] as LineLayout,
    filled,
    lined,
    minus,
    paths: minus ? [minus] : lined,
    only: lined.length === 0 && !minus ? filled : null,
  });
  if (layout === 'auto') {
    const paths = state.compare.filter((name) => name === 'exact');
    return [{ ...one('tested', state.compare), paths, only: null }];
  }
  if (layout === 'single' || !other) return [one(shown, [])];
  if (layout === 'difference') return [one(shown, [], other)];
  if (layout === 'overlay') return [one(shown, [other])];
  const layouts = lineLayouts(width, height, beside.length);
  return beside.map((lane, index) => ({ ...one(lane, []), layout: layouts[index] as LineLayout }));
}

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
          title(small ? t('Guidance') : t('Guidance at this time'), layout.guidance);
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
          bare ? t('Guidance') : small ? t('Guidance, ∇ log p(c|x)') : t('Guidance at this time, ∇ log p(c|x)'),
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
