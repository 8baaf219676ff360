/**
 * The space-time panel: x across, reverse steps downward. The marginal density is painted once per
 * state; path segments are appended to a layer as steps are done and never drawn twice.
 */

import { t } from '../words';
import { level } from '../words/units';
import type { LaneName, Spacetime } from '../workers/protocol';
import { isOde } from '../workers/samplers';
import { paintRamp, ramp } from './colormap';
import type { Column } from './columns';
import { placed, type Subject } from './subject';
import { type Context, clipped, crisp, haloText, layer, line, type Rect, text } from './surface';
import type { Theme } from './theme';
import { timeTicks } from './ticks';

/** How many tracked paths of a lane are drawn, and how dark: of a lane beside, and of the one on show. */
type Drawn = [LaneName, number, number];
const BESIDE = [40, 0.36] as const;
const SHOWN = [128, 0.42] as const;
/** So many of each lane stand out, to be followed by eye. */
const HIGHLIGHTED = 4;
/**
 * Noise carries a path over half of the picture in a few steps: so few paths of a lane are told apart there, one for so many pixels
 * of width, each drawn by its positions so many pixels apart.
 */
const WALKS = { width: 320, apart: 5 } as const;

export class SpacetimePanel {
  #background: HTMLCanvasElement | null = null;
  #backgroundOf: Spacetime | null = null;
  #paths: HTMLCanvasElement | null = null;
  #key = '';
  #version = -1;
  #drawn = 0;
  #themeKey = '';

  /** The lanes whose paths are drawn, back to front. */
  #lanes: Drawn[] = [];

  paint(
    context: Context,
    rect: Rect,
    subject: Subject,
    theme: Theme,
    ratio: number,
    { filled, paths }: Column,
    first: boolean,
  ): void {
    this.#lanes = [...paths.map((name): Drawn => [name, ...BESIDE]), [filled, ...SHOWN]];
    const { state, domain, step } = subject;
    const steps = state.process.steps;
    const yOf = (at: number) => rect.y + (at / steps) * rect.height;
    if (theme.key !== this.#themeKey) {
      this.#themeKey = theme.key;
      this.#backgroundOf = null;
      this.#version = -1;
    }
    if (subject.spacetime) {
      this.#paintBackground(subject.spacetime, theme);
      context.imageSmoothingEnabled = true;
      const { x, width } = placed(rect, subject.window, subject.spacetime.over);
      const background = this.#background as HTMLCanvasElement;
      clipped(context, rect, () => context.drawImage(background, x, rect.y, width, rect.height));
    }
    this.#append(rect, subject, theme, ratio);
    const now = yOf(step);
    if (this.#paths && now > rect.y) {
      const height = now - rect.y;
      context.drawImage(
        this.#paths,
        0,
        0,
        this.#paths.width,
        (height / rect.height) * this.#paths.height,
        rect.x,
        rect.y,
        rect.width,
        height,
      );
    }
    context.strokeStyle = theme.hairline;
    context.lineWidth = 1;
    context.strokeRect(crisp(rect.x) - 1, crisp(rect.y) - 1, Math.round(rect.width) + 1, Math.round(rect.height) + 1);

    for (const tick of timeTicks(domain.times, yOf, 20)) {
      const y = crisp(Math.min(tick.position, rect.y + rect.height - 1));
      context.strokeStyle = theme.soft;
      line(context, rect.x - 4, y, rect.x, y);
      if (first) text(context, tick.label, rect.x - 7, y, theme.soft, 'right');
    }

    if (subject.changedAt > 0 && subject.changedAt < step) {
      const y = crisp(yOf(subject.changedAt));
      context.strokeStyle = theme.ink;
      context.setLineDash([2, 3]);
      line(context, rect.x, y, rect.x + rect.width, y);
      context.setLineDash([]);
      haloText(context, t('changed here'), rect.x + 8, y - 9, theme.ink, theme);
    }
    context.strokeStyle = theme.ink;
    context.lineWidth = 1;
    const hairline = crisp(Math.min(now, rect.y + rect.height - 1));
    line(context, rect.x, hairline, rect.x + rect.width, hairline);
    this.#dots(context, rect, hairline, subject, theme);
    const above = now > rect.y + rect.height - 22;
    haloText(
      context,
      level(subject.time),
      rect.x + rect.width - 8,
      hairline + (above ? -10 : 11),
      theme.ink,
      theme,
      'right',
    );
  }

  #paintBackground(spacetime: Spacetime, theme: Theme): void {
    if (this.#backgroundOf === spacetime) return;
    this.#backgroundOf = spacetime;
    const { columns, rows, density } = spacetime;
    const canvas = layer(columns, rows);
    const context = canvas.getContext('2d') as Context;
    const image = context.createImageData(columns, rows);
    let top = 0;
    for (const value of density) if (value > top) top = value;
    paintRamp(image, density, top, ramp(theme.paper, theme.shade), false);
    context.putImageData(image, 0, 0);
    this.#background = canvas;
  }

  /** Adds the segments that came since the last frame; starts over when size or tracks changed. */
  #append(rect: Rect, subject: Subject, theme: Theme, ratio: number): void {
    const { tracks, window } = subject;
    const width = Math.round(rect.width * ratio);
    const height = Math.round(rect.height * ratio);
    const key = `${width}x${height}:${tracks.steps}:${window.min[0]}:${window.max[0]}:${this.#lanes.join()}`;
    if (!this.#paths || key !== this.#key) {
      this.#paths = layer(width, height);
      this.#key = key;
      this.#version = -1;
    }
    const context = this.#paths.getContext('2d') as Context;
    if (tracks.version !== this.#version || this.#drawn > tracks.recorded) {
      context.clearRect(0, 0, width, height);
      this.#version = tracks.version;
      this.#drawn = 0;
    }
    if (tracks.recorded <= this.#drawn) return;
    const firstRow = Math.floor(this.#drawn / tracks.stride);
    const lastRow = Math.floor(tracks.recorded / tracks.stride);
    const low = window.min[0] as number;
    const scale = width / ((window.max[0] as number) - low);
    const rowHeight = (tracks.stride / tracks.steps) * height;
    context.lineCap = 'butt';
    const { data } = tracks;
    // Rows lower than a pixel are taken together; what is left over waits for the next frame.
    const walks = !isOde(subject.state.process.sampler);
    const leap = Math.max(1, Math.round((walks ? WALKS.apart * ratio : 1.2) / rowHeight));
    const finalRow = Math.floor(tracks.steps / tracks.stride);
    let before = firstRow;
    while (before < lastRow) {
      const row = Math.min(before + leap, lastRow);
      if (row - before < leap && row < finalRow) break;
      for (const [name, count, alpha] of this.#lanes) {
        const lane = tracks.lanes.indexOf(name);
        if (lane < 0) continue;
        const top = before * rowHeight;
        const to = row * tracks.rowSize + lane * tracks.tracked;
        const from = to - (row - before) * tracks.rowSize;
        const few = walks ? Math.min(HIGHLIGHTED, Math.ceil(rect.width / WALKS.width)) : count;
        const shown = Math.min(few, tracks.tracked);
        // A row of steep pieces takes as much ink as a row of calm ones: noise must not hide all else.
        let travel = 0;
        for (let k = 0; k < shown; k += 1) travel += Math.abs((data[to + k] as number) - (data[from + k] as number));
        const slope = (travel * scale) / (shown * (row - before) * rowHeight);
        const ink = alpha * Math.max(0.2, Math.min(1, 2.2 / Math.hypot(1, slope)));
        context.strokeStyle = theme.lanes[name];
        const stroke = (first: number, last: number, opacity: number, width: number) => {
          context.globalAlpha = opacity;
          context.lineWidth = width * ratio;
          context.beginPath();
          for (let k = first; k < last; k += 1) {
            const x0 = ((data[from + k] as number) - low) * scale;
            const x1 = ((data[to + k] as number) - low) * scale;
            // Far jumps out of the picture would cost time and show nothing.
            if ((x0 < -width && x1 < -width) || (x0 > 2 * rect.width * ratio && x1 > 2 * rect.width * ratio)) continue;
            context.moveTo(x0, top);
            context.lineTo(x1, row * rowHeight);
          }
          context.stroke();
        };
        stroke(HIGHLIGHTED, shown, ink, 0.75);
        const bold = walks ? 0.7 : Math.max(0.3, Math.min(1, 4 / Math.hypot(1, slope)));
        stroke(0, Math.min(HIGHLIGHTED, shown), 2.3 * alpha * bold, 1);
      }
      before = row;
    }
    context.globalAlpha = 1;
    this.#drawn = before * tracks.stride;
  }

  #dots(context: Context, rect: Rect, y: number, subject: Subject, theme: Theme): void {
    const { tracks, window } = subject;
    const row = Math.floor(subject.step / tracks.stride);
    if (tracks.recorded < row * tracks.stride) return;
    const low = window.min[0] as number;
    const scale = rect.width / ((window.max[0] as number) - low);
    clipped(context, rect, () => {
      for (const [name, count] of this.#lanes) {
        const lane = tracks.lanes.indexOf(name);
        if (lane < 0) continue;
        context.fillStyle = theme.lanes[name];
        const from = row * tracks.rowSize + lane * tracks.tracked;
        for (let particle = 0; particle < Math.min(count, tracks.tracked); particle += 1) {
          context.fillRect(rect.x + ((tracks.data[from + particle] as number) - low) * scale - 1, y - 2, 2, 4);
        }
      }
    });
  }
}
