/** The density panel: histograms of the lanes against the exact curves. */
import { formatPlain } from '../format';
import type { LaneFrame } from '../protocol';
import { laneOf, lawOf, type Scene } from './scene';
import { type Context, clipped, crisp, drawKey, haloText, type KeyEntry, line, type Rect, text } from './surface';
import { LANE_STYLES, LANES, type Theme } from './theme';
import { niceCeil, ticks } from './ticks';

/** The top of the density axis: the exact curves at the end of the run fit well. */
export function densityTop(scene: Scene): number {
  let top = 0.42;
  for (const curves of [scene.lastCurves, scene.curves]) {
    if (!curves) continue;
    for (const values of [curves.target, curves.tilted, curves.unguided]) {
      for (const value of values) if (value > top) top = value;
    }
    if (curves === scene.lastCurves) break;
  }
  return niceCeil(top * 1.2);
}

/** Bins of a lane as a density; neighbours are joined while a bin is narrower than two pixels. */
export function binDensity(
  lane: LaneFrame,
  particles: number,
  span: number,
  pixels: number,
): { values: Float64Array; count: number } {
  let group = 1;
  while ((pixels * group) / lane.bins.length < 2 && group < 8) group *= 2;
  const count = Math.floor(lane.bins.length / group);
  const values = new Float64Array(count);
  const scale = lane.bins.length / (group * span * Math.max(1, particles));
  for (let k = 0; k < count; k += 1) {
    let sum = 0;
    for (let j = 0; j < group; j += 1) sum += lane.bins[k * group + j] as number;
    values[k] = sum * scale;
  }
  return { values, count };
}

export class DensityPanel {
  #side: 'left' | 'right' = 'left';

  paint(context: Context, rect: Rect, scene: Scene, theme: Theme): void {
    const { domain, state, curves } = scene;
    const low = domain.min[0] as number;
    const span = (domain.max[0] as number) - low;
    const top = densityTop(scene);
    const bottom = rect.y + rect.height;
    const yOf = (value: number) => bottom - (value / top) * rect.height;

    context.lineWidth = 1;
    for (const value of ticks(0, top, rect.height < 90 ? 2 : 3)) {
      if (value === 0) continue;
      const y = crisp(yOf(value));
      context.strokeStyle = theme.hairline;
      line(context, rect.x, y, rect.x + rect.width, y);
      if (yOf(value) > rect.y + 4) text(context, formatPlain(value), rect.x - 7, y, theme.soft, 'right');
    }
    context.strokeStyle = theme.soft;
    line(context, rect.x, crisp(bottom), rect.x + rect.width, crisp(bottom));
    text(context, '0', rect.x - 7, crisp(bottom) - 3, theme.soft, 'right');

    let over = false;
    const shape = (values: Float64Array, count: number) => {
      const width = rect.width / count;
      context.moveTo(rect.x, bottom);
      for (let k = 0; k < count; k += 1) {
        const value = values[k] as number;
        if (value > top) over = true;
        const y = yOf(value);
        context.lineTo(rect.x + k * width, y);
        context.lineTo(rect.x + (k + 1) * width, y);
      }
      context.lineTo(rect.x + rect.width, bottom);
    };
    const curve = (xs: Float64Array, values: Float64Array) => {
      // Densities are smooth: a point every two pixels will do.
      const stride = Math.max(1, Math.floor((2 * xs.length) / rect.width));
      context.beginPath();
      for (let k = 0; k < xs.length; k += stride) {
        const x = rect.x + (((xs[k] as number) - low) / span) * rect.width;
        const y = yOf(values[k] as number);
        if (k === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
      context.stroke();
    };

    clipped(context, { ...rect, y: rect.y - 1, height: rect.height + 1 }, () => {
      const tested = laneOf(scene, 'tested');
      if (tested) {
        const { values, count } = binDensity(tested, scene.frame ? particlesOf(tested) : 0, span, rect.width);
        context.beginPath();
        shape(values, count);
        context.fillStyle = theme.lanes.tested;
        context.globalAlpha = 0.32;
        context.fill();
        context.globalAlpha = 1;
        context.strokeStyle = theme.lanes.tested;
        context.lineWidth = 1;
        context.stroke();
      }
      for (const name of ['unguided', 'conditional', 'exact'] as const) {
        const lane = laneOf(scene, name);
        if (!lane) continue;
        const { values, count } = binDensity(lane, particlesOf(lane), span, rect.width);
        context.beginPath();
        shape(values, count);
        context.strokeStyle = theme.lanes[name];
        context.lineWidth = LANE_STYLES[name].width;
        context.setLineDash(LANE_STYLES[name].dash);
        context.stroke();
        context.setLineDash([]);
      }
      if (curves) {
        context.strokeStyle = theme.soft;
        context.lineWidth = 1;
        curve(curves.x, curves.unguided);
        context.strokeStyle = theme.ink;
        context.lineWidth = 1.25;
        if (state.guidance.gamma !== 1) {
          context.setLineDash([5, 4]);
          curve(curves.x, curves.tilted);
          context.setLineDash([]);
        }
        context.lineWidth = 1.75;
        curve(curves.x, curves.target);
      }
      const exact = lawOf(scene)?.law;
      if (exact) {
        context.strokeStyle = theme.laneText.tested;
        context.lineWidth = 1.25;
        context.beginPath();
        exact.x.forEach((x, k) => {
          context.lineTo(rect.x + ((x - low) / span) * rect.width, yOf(exact.density[k] as number));
        });
        context.stroke();
      }
    });

    this.#chooseSide(scene);
    const small = rect.width < 420;
    const entries: KeyEntry[] = [
      { label: small ? 'p(x|c)' : 'target p(x|c)', color: theme.ink, textColor: theme.ink, dash: [], width: 1.75 },
      ...(state.guidance.gamma === 1
        ? []
        : [
            {
              label: small ? '∝ p(x) p(c|x)ᵞ' : 'tilted ∝ p(x) p(c|x)ᵞ',
              color: theme.ink,
              textColor: theme.ink,
              dash: [5, 4],
              width: 1.25,
            },
          ]),
      { label: small ? 'p(x)' : 'all classes p(x)', color: theme.soft, textColor: theme.soft, dash: [], width: 1 },
    ];
    if (scene.frame) {
      for (const name of LANES) {
        if (name !== 'tested' && !state.compare.includes(name)) continue;
        const style = LANE_STYLES[name];
        entries.push({
          label: `${style.short}${small ? '' : ' samples'}`,
          color: theme.lanes[name],
          textColor: theme.laneText[name],
          dash: style.dash,
          width: name === 'tested' ? 1 : style.width,
          ...(name === 'tested' ? { fill: `${theme.lanes.tested}52` } : {}),
        });
        const law = name === 'tested' ? lawOf(scene) : null;
        if (law) {
          const textColor = law.law ? theme.laneText.tested : theme.soft;
          const label = law.note || (small ? 'exact law' : 'their exact law');
          entries.push({ label, color: textColor, textColor, dash: [], width: law.law ? 1.25 : 0.01 });
        }
      }
    }
    drawKey(context, entries.slice(0, Math.floor(rect.height / 16)), rect, this.#side, theme);
    if (over) {
      haloText(
        context,
        '▲ bars cut off',
        this.#side === 'left' ? rect.x + rect.width - 8 : rect.x + 8,
        rect.y + 10,
        theme.laneText.tested,
        theme,
        this.#side === 'left' ? 'right' : 'left',
      );
    }
  }

  /** The key stands where the curves are low at the end of the run, and stays there. */
  #chooseSide(scene: Scene): void {
    const curves = scene.lastCurves ?? scene.curves;
    if (!curves) return;
    const third = Math.floor(curves.x.length * 0.36);
    let left = 0;
    let right = 0;
    for (let k = 0; k < third; k += 1) {
      const mirrored = curves.x.length - 1 - k;
      for (const values of [curves.target, curves.tilted, curves.tilted]) {
        left += values[k] as number;
        right += values[mirrored] as number;
      }
    }
    if (left > right * 1.2) this.#side = 'right';
    else if (right > left * 1.2) this.#side = 'left';
  }
}

/** Particles behind the bins: those inside and outside the domain. */
export function particlesOf(lane: LaneFrame): number {
  let sum = lane.outside;
  for (const count of lane.bins) sum += count;
  return sum;
}
