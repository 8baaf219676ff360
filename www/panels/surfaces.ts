/** What classifiers say and where they steer, side by side at one time: curves on a line, surfaces in the plane. */
import { html, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { drawn } from '../controls/drawn';
import { type Plot, plotSvg } from '../export/plot';
import { paintRamp, ramp } from '../painter/colormap';
import { contour } from '../painter/contour';
import { fitCanvas, layer } from '../painter/surface';
import type { Theme } from '../painter/theme';
import { t } from '../words';
import type { Curves, Domain, Exact, PointValues, State } from '../workers/protocol';

/** Points along each axis of a surface, and every how manieth has an arrow. */
const GRID = 49;
const ARROW = 4;
const POINTS = 401;

/** What is known at a time, of each state. */
export type Surfaces = { time: number; of: readonly State[] } & (
  | { dimension: 1; found: Curves[] }
  | { dimension: 2; found: PointValues[] }
);

/** Asks for them. */
export async function surfaces(
  exact: Pick<Exact, 'curves' | 'at'>,
  states: readonly State[],
  domain: Domain,
  time: number,
): Promise<Surfaces> {
  const { min, max, dimension } = domain;
  if (dimension === 1) {
    const [from, to] = [min[0] as number, max[0] as number];
    const found: Curves[] = [];
    for (const state of states) found.push(await exact.curves(state, time, from, to, POINTS));
    return { dimension, time, of: states, found };
  }
  const points = new Float64Array(2 * GRID * GRID);
  for (let k = 0; k < GRID * GRID; k += 1) {
    for (const [axis, at] of [k % GRID, Math.floor(k / GRID)].entries()) {
      const [low, high] = [min[axis] as number, max[axis] as number];
      points[2 * k + axis] = low + ((high - low) * at) / (GRID - 1);
    }
  }
  const found: PointValues[] = [];
  for (const state of states) found.push(await exact.at(state, time, points));
  return { dimension: 2, time, of: states, found };
}

/** What the theorem asks to be bounded of `log phat(c|x)`, where there are samples: the greatest slope, the greatest trace of the Hessian. */
export interface Roughness {
  slope: number;
  bend: number;
}

/** Of each, and of the exact classifier last; the bend by differences on the grid. */
export function roughness(known: Surfaces, { min, max }: Domain): Roughness[] {
  const [first] = known.found;
  if (!first) return [];
  if (known.dimension === 1) {
    const { x, unguided, guidance } = known.found[0] as Curves;
    const h = (x[1] as number) - (x[0] as number);
    const peak = Math.max(...unguided);
    const there = (k: number) => (unguided[k] as number) > Math.exp(EMPTY) * peak;
    const of = (values: Float64Array) =>
      roughest(
        x.length,
        there,
        (k) => [values[k] as number],
        (k) => {
          if (k === 0 || k === x.length - 1) return 0;
          return ((values[k + 1] as number) - (values[k - 1] as number)) / (2 * h);
        },
      );
    return [...known.found.map(({ testedGuidance }) => of(testedGuidance)), of(guidance)];
  }
  const { logDensity, guidance } = known.found[0] as PointValues;
  const [across, up] = [0, 1].map((axis) => ((max[axis] as number) - (min[axis] as number)) / (GRID - 1)) as [
    number,
    number,
  ];
  const peak = Math.max(...logDensity);
  const there = (k: number) => (logDensity[k] as number) - peak > EMPTY;
  const of = (field: Float64Array) => {
    const at = (k: number, axis: number) => field[2 * k + axis] as number;
    return roughest(
      GRID * GRID,
      there,
      (k) => [at(k, 0), at(k, 1)],
      (k) => {
        const [column, row] = [k % GRID, Math.floor(k / GRID)];
        if (column === 0 || row === 0 || column === GRID - 1 || row === GRID - 1) return 0;
        return (at(k + 1, 0) - at(k - 1, 0)) / (2 * across) + (at(k + GRID, 1) - at(k - GRID, 1)) / (2 * up);
      },
    );
  };
  return [...known.found.map(({ testedGuidance }) => of(testedGuidance)), of(guidance)];
}

function roughest(
  count: number,
  there: (k: number) => boolean,
  slope: (k: number) => number[],
  bend: (k: number) => number,
): Roughness {
  const most = { slope: 0, bend: 0 };
  for (let k = 0; k < count; k += 1) {
    if (!there(k)) continue;
    most.slope = Math.max(most.slope, Math.hypot(...slope(k)));
    most.bend = Math.max(most.bend, Math.abs(bend(k)));
  }
  return most;
}

/** How a line of each looks. */
export interface LineLook {
  label: string;
  color: string;
  dash: number[];
}

export function surfacesView(
  known: Surfaces,
  looks: readonly LineLook[],
  theme: Theme,
  domain: Domain,
  width: number,
): TemplateResult {
  return known.dimension === 1
    ? curves(known.found, looks, theme, domain, width)
    : planes(known.found, looks, theme, domain, width);
}

// --- On a line ----------------------------------------------------------------------------------------

function curves(
  found: Curves[],
  looks: readonly LineLook[],
  theme: Theme,
  { min, max }: Domain,
  width: number,
): TemplateResult {
  const [first] = found;
  if (!first) return html``;
  const points = (values: Float64Array) => [...values].map((y, k) => ({ x: first.x[k] as number, y }));
  const plot = (
    title: string,
    own: (of: Curves) => Float64Array,
    exact: Float64Array,
    range?: [number, number],
  ): Plot => ({
    title,
    x: { label: 'x', range: [min[0] as number, max[0] as number] },
    y: { label: '', ...(range ? { range } : {}) },
    series: [
      ...found.map((of, k) => ({ ...(looks[k] as LineLook), width: 2 - 0.25 * k, points: points(own(of)) })),
      { label: t('exact'), color: theme.lanes.exact, width: 1.5, points: points(exact) },
    ],
  });
  // A network may say anything where nobody looks: the axis is that of the exact guidance.
  const most = 1.5 * Math.max(...first.guidance.map(Math.abs), 0.1);
  const cut = (values: Float64Array) => values.map((value) => Math.min(most, Math.max(-most, value)));
  const low = Math.min(...found.flatMap((of) => [...cut(of.testedGuidance)]), ...first.guidance, 0);
  const plots = [
    plot(t('Probability of the target class'), (of) => of.testedPosterior, first.posterior, [0, 1]),
    plot(t('Guidance'), (of) => cut(of.testedGuidance), first.guidance, [low, most]),
  ];
  return html`${plots.map(
    (each) => html`<figure class="half">
      <figcaption><span>${each.title}</span></figcaption>
      ${unsafeHTML(plotSvg(each, theme, { width, height: 150, titled: false }))}
    </figure>`,
  )}`;
}

// --- In the plane -------------------------------------------------------------------------------------

function planes(
  found: PointValues[],
  looks: readonly LineLook[],
  theme: Theme,
  domain: Domain,
  width: number,
): TemplateResult {
  const [first] = found;
  if (!first) return html``;
  const fields = [
    ...found.map((of, k) => ({
      label: (looks[k] as LineLook).label,
      color: theme.lanes.tested,
      log: of.testedLogPosterior,
      arrows: of.testedGuidance,
    })),
    { label: t('exact'), color: theme.lanes.exact, log: first.logPosterior, arrows: first.guidance },
  ];
  const unit = lengthOf(first);
  const side = Math.floor(Math.min(280, Math.max(120, (width - 16 * (fields.length - 1)) / fields.length)));
  return html`<figure class="whole">
    <figcaption><span>${t('Probability of the target class, its line ½, and the guidance')}</span></figcaption>
    <div class="fields">
      ${fields.map(
        (field) => html`<div>
          <canvas
            role="img"
            aria-label=${`${t('Probability of the target class, its line ½, and the guidance')}${t(': ')}${field.label}`}
            style="width: ${side}px; height: ${side}px"
            ${drawn((canvas) => paint(canvas as HTMLCanvasElement, side, field, first, domain, unit, theme))}
          ></canvas>
          <p class="hint">${field.label}</p>
        </div>`,
      )}
    </div>
  </figure>`;
}

/** Rarer than this share of the peak, nobody is there. */
const EMPTY = Math.log(1e-3);

/** The length of the exact guidance that an arrow as long as a cell stands for. */
function lengthOf({ guidance, logDensity }: PointValues): number {
  const peak = Math.max(...logDensity);
  let most = 0;
  for (let k = 0; k < logDensity.length; k += 1) {
    if ((logDensity[k] as number) - peak < EMPTY) continue;
    most = Math.max(most, Math.hypot(guidance[2 * k] as number, guidance[2 * k + 1] as number));
  }
  return most || 1;
}

function paint(
  canvas: HTMLCanvasElement,
  side: number,
  { color, log, arrows }: { color: string; log: Float64Array; arrows: Float64Array },
  { logDensity }: PointValues,
  { min, max }: Domain,
  unit: number,
  theme: Theme,
): void {
  const { context } = fitCanvas(canvas, side, side);
  const probability = Float64Array.from(log, Math.exp);
  const image = new ImageData(GRID, GRID);
  paintRamp(image, probability, 1.6, ramp(theme.paper, color), true);
  const small = layer(GRID, GRID);
  small.getContext('2d')?.putImageData(image, 0, 0);
  context.drawImage(small, 0, 0, side, side);
  const cell = side / (GRID - 1);
  const up = (row: number) => side - row * cell;
  context.strokeStyle = theme.ink;
  context.lineWidth = 1.5;
  context.beginPath();
  contour(probability, GRID, GRID, 0.5, (x0, y0, x1, y1) => {
    context.moveTo(x0 * cell, up(y0));
    context.lineTo(x1 * cell, up(y1));
  });
  context.stroke();
  // Square pixels for a domain that need not be a square.
  const stretch = ((max[0] as number) - (min[0] as number)) / ((max[1] as number) - (min[1] as number));
  const length = ARROW * cell;
  const peak = Math.max(...logDensity);
  context.lineWidth = 1;
  context.beginPath();
  for (let row = 0; row < GRID; row += ARROW) {
    for (let column = 0; column < GRID; column += ARROW) {
      const k = row * GRID + column;
      if ((logDensity[k] as number) - peak < EMPTY) continue;
      const [vx, vy] = [arrows[2 * k] as number, (arrows[2 * k + 1] as number) * stretch];
      const size = Math.hypot(vx, vy) / unit;
      if (size < 0.04) continue;
      const scale = (Math.min(1, 1.4 / size) * length) / unit;
      const [x, y] = [column * cell, up(row)];
      const [dx, dy] = [vx * scale, -vy * scale];
      context.moveTo(x, y);
      context.lineTo(x + dx, y + dy);
      // A head of two strokes.
      for (const turn of [2.6, -2.6]) {
        const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
        context.moveTo(x + dx, y + dy);
        context.lineTo(x + dx + 0.3 * (dx * cos - dy * sin), y + dy + 0.3 * (dx * sin + dy * cos));
      }
    }
  }
  context.stroke();
}
