/** Charts over the run, drawn by uPlot; this module is loaded when the first one is seen. */

import uPlot from 'uplot';
import sheet from 'uplot/dist/uPlot.min.css?inline';
import type { ChartData } from '../lab/series';
import { LANE_STYLES, type Theme } from '../painter/theme';
import { timeTicks } from '../painter/ticks';
import { t } from '../words';
import { formatNumber, powerOfTen } from '../words/numbers';
import { unit } from '../words/units';

const HEIGHT = 176;

interface Line {
  label: string;
  color: string;
  textColor: string;
  width: number;
  dash?: number[];
  points?: boolean;
}

/** One chart over the steps of the run, with the lines labelled at their ends and a mark at the present. */
class StepChart {
  #plot: uPlot | null = null;
  #key = '';
  #lines: Line[] = [];
  #step = 0;
  #theme: Theme;
  readonly #host: HTMLElement;
  #log: boolean;

  constructor(host: HTMLElement, theme: Theme, log: boolean) {
    this.#host = host;
    this.#theme = theme;
    this.#log = log;
  }

  set(theme: Theme, times: Float64Array, lines: Line[], data: uPlot.AlignedData, step: number, low?: number): void {
    this.#step = step;
    this.#theme = theme;
    const width = this.#host.clientWidth;
    if (width < 40) return;
    const key = [theme.key, width, unit(), lines.map((line) => line.label).join(), times.length, times[0]].join('|');
    this.#lines = lines;
    if (!this.#plot || key !== this.#key) {
      this.#key = key;
      this.#plot?.destroy();
      this.#plot = new uPlot(this.#options(width, times, lines, low), data, this.#host);
    } else {
      this.#plot.setData(data);
    }
  }

  /** Wide ranges are read on a log axis. */
  setLog(log: boolean): void {
    if (log !== this.#log) this.#key = '';
    this.#log = log;
  }

  destroy(): void {
    this.#plot?.destroy();
    this.#plot = null;
  }

  #options(width: number, times: Float64Array, lines: Line[], low: number | undefined): uPlot.Options {
    const theme = this.#theme;
    const font = `12px ${theme.font}`;
    const steps = times.length - 1;
    const log = this.#log;
    const marks = timeTicks(times, (step) => (step / steps) * (width - 144), 36);
    return {
      width,
      height: HEIGHT,
      padding: [8, 92, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: [0, steps] },
        y: log
          ? { distr: 3, range: (_, min, max) => logRange(min, max) }
          : { range: (_, min, max) => [Math.min(low ?? min, min), max + 0.08 * (max - (low ?? min)) + 1e-6] },
      },
      axes: [
        {
          font,
          stroke: theme.soft,
          grid: { show: false },
          ticks: { stroke: theme.soft, width: 1, size: 4 },
          gap: 3,
          size: 24,
          splits: () => marks.map((tick) => tick.step),
          values: () => marks.map((tick) => tick.label),
        },
        {
          font,
          stroke: theme.soft,
          grid: { stroke: theme.hairline, width: 1 },
          ticks: { show: false },
          size: 52,
          gap: 6,
          ...(log
            ? {
                filter: (_: uPlot, splits: number[]) => splits,
                splits: (_: uPlot, __: number, min: number, max: number) => decades(min, max),
                values: (_: uPlot, splits: number[]) =>
                  splits.map((value) => powerOfTen(Math.round(Math.log10(value)))),
              }
            : { values: (_: uPlot, splits: number[]) => splits.map((value) => formatNumber(value, 3)) }),
        },
      ],
      series: [
        {},
        ...lines.map(
          (each): uPlot.Series => ({
            stroke: each.color,
            width: each.width,
            ...(each.dash ? { dash: each.dash } : {}),
            points: { show: each.points ?? false, size: 4 },
            spanGaps: true,
          }),
        ),
      ],
      hooks: { draw: [(plot) => this.#decorate(plot)] },
    };
  }

  #decorate(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.strokeStyle = this.#theme.ink;
    ctx.lineWidth = ratio;
    const x = Math.round(plot.valToPos(this.#step, 'x', true)) + 0.5;
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.font = `${12 * ratio}px ${this.#theme.font}`;
    ctx.textBaseline = 'middle';
    ctx.textAlign = 'left';
    const labels: { y: number; line: Line }[] = [];
    this.#lines.forEach((line, index) => {
      const values = plot.data[index + 1] as (number | null)[];
      const last = values.findLast((value) => value !== null && Number.isFinite(value) && (!this.#log || value > 0));
      if (last !== undefined && last !== null) labels.push({ y: plot.valToPos(last, 'y', true), line });
    });
    labels.sort((a, b) => a.y - b.y);
    const gap = 15 * ratio;
    for (let k = 1; k < labels.length; k += 1) {
      const label = labels[k] as { y: number };
      label.y = Math.max(label.y, (labels[k - 1] as { y: number }).y + gap);
    }
    const over = (labels.at(-1)?.y ?? 0) - (bbox.top + bbox.height);
    for (const { y, line } of labels) {
      ctx.fillStyle = line.textColor;
      ctx.fillText(line.label, bbox.left + bbox.width + 6 * ratio, over > 0 ? y - over : y);
    }
    ctx.restore();
  }
}

function decades(min: number, max: number): number[] {
  const first = Math.ceil(Math.log10(min) - 1e-6);
  const last = Math.floor(Math.log10(max) + 1e-6);
  const every = Math.max(1, Math.ceil((last - first) / 5));
  const values: number[] = [];
  for (let k = last; k >= first; k -= every) values.unshift(10 ** k);
  return values;
}

/** Whole decades, at least one and at most nine. */
function logRange(min: number, max: number): [number, number] {
  const high = Math.ceil(Math.log10(max > 0 ? max : 1) + 0.05);
  const low = Math.floor(Math.log10(min > 0 ? min : 1e-6));
  return [10 ** Math.max(Math.min(low, high - 1), high - 9), 10 ** high];
}

export class Charts {
  readonly #classifier: StepChart;
  readonly #samples: StepChart;
  readonly #root: ShadowRoot;
  readonly #sheet = new CSSStyleSheet();

  constructor(root: ShadowRoot, classifier: HTMLElement, samples: HTMLElement, theme: Theme) {
    this.#root = root;
    this.#sheet.replaceSync(sheet);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, this.#sheet];
    this.#classifier = new StepChart(classifier, theme, true);
    this.#samples = new StepChart(samples, theme, false);
  }

  set(theme: Theme, data: ChartData): void {
    const { profile, times, lanes, step } = data;
    const positive = (value: number) => (value > 1e-30 ? value : null);
    this.#classifier.set(
      theme,
      times,
      [
        {
          label: `|${t('guidance')}|²`,
          color: theme.lanes.exact,
          textColor: theme.laneText.exact,
          width: 1,
          dash: [6, 4],
        },
        { label: t('its error'), color: theme.lanes.tested, textColor: theme.laneText.tested, width: 2 },
        { label: 'KL', color: theme.ink, textColor: theme.ink, width: 2 },
      ],
      [
        profile.map((point) => point.step),
        profile.map((point) => positive(point.guidanceNorm)),
        profile.map((point) => positive(point.guidanceMse)),
        profile.map((point) => positive(point.conditionalKl)),
      ],
      step,
    );
    const steps = [...new Set(lanes.flatMap((lane) => lane.points.map((point) => point.step)))].sort((a, b) => a - b);
    const all = [...new Set([0, ...steps, times.length - 1])].sort((a, b) => a - b);
    const few = steps.length < 3;
    const greatest = Math.max(...lanes.flatMap((lane) => lane.points.map((point) => point.value)), 0);
    this.#samples.setLog(greatest > 30);
    this.#samples.set(
      theme,
      times,
      [
        {
          label: `1/p(c) = ${formatNumber(data.reciprocalPrior, 3)}`,
          color: theme.soft,
          textColor: theme.soft,
          width: 1,
          dash: [6, 4],
        },
        ...lanes.map((lane) => ({
          label: t(LANE_STYLES[lane.name].short) + (few ? ' ' : ''),
          color: theme.lanes[lane.name],
          textColor: theme.laneText[lane.name],
          width: 2,
          points: few,
          ...(LANE_STYLES[lane.name].dash.length > 0 ? { dash: LANE_STYLES[lane.name].dash } : {}),
        })),
      ],
      [
        all,
        all.map(() => data.reciprocalPrior),
        ...lanes.map((lane) => {
          const values = new Map(lane.points.map((point) => [point.step, point.value]));
          return all.map((each) => values.get(each) ?? null);
        }),
      ],
      step,
      1,
    );
  }

  destroy(): void {
    this.#classifier.destroy();
    this.#samples.destroy();
    this.#root.adoptedStyleSheets = this.#root.adoptedStyleSheets.filter((each) => each !== this.#sheet);
  }
}
