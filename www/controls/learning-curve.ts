/** Loss and validation KL over the steps of a training, drawn by uPlot. */
import uPlot from 'uplot';
import sheet from 'uplot/dist/uPlot.min.css?inline';
import type { Course } from '../lab/networks';
import { readTheme, type Theme } from '../painter/theme';
import { t } from '../words';
import { formatCount, powerOfTen } from '../words/numbers';

const HEIGHT = 128;
/** Room for the names of the lines behind their ends. */
const NAMES = 36;

const styled = new WeakSet<ShadowRoot>();
const drawn = new WeakMap<HTMLElement, { plot: uPlot; key: string }>();

/** Draws it into its place, which keeps it. */
export function drawCurve(host: HTMLElement, course: Course, target: number | null): void {
  const root = host.getRootNode() as ShadowRoot;
  const probe = root.querySelector<HTMLElement>('.probe i');
  const width = host.clientWidth;
  if (!probe || width < 40) return;
  if (!styled.has(root)) {
    styled.add(root);
    const style = new CSSStyleSheet();
    style.replaceSync(sheet);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, style];
  }
  const theme = readTheme(root.host, probe);
  const key = [theme.key, width, course.of, target, t('loss')].join('|');
  const positive = (value: number) => (value > 0 ? value : null);
  const { curve } = course;
  const data = [
    curve.map(({ step }) => step),
    curve.map(() => target),
    curve.map(({ loss }) => positive(loss)),
    curve.map(({ kl }) => positive(kl)),
  ] as uPlot.AlignedData;
  const old = drawn.get(host);
  if (old?.key === key) {
    old.plot.setData(data);
    return;
  }
  old?.plot.destroy();
  drawn.set(host, { plot: new uPlot(options(width, course, theme), data, host), key });
}

function options(width: number, { of }: Course, theme: Theme): uPlot.Options {
  const font = `12px ${theme.font}`;
  const axis = { font, stroke: theme.soft };
  return {
    width,
    height: HEIGHT,
    padding: [8, NAMES, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      // As far as it has come: it may end long before all steps are done.
      x: { time: false, range: (_, __, max) => [0, Math.max(25, Math.min(of, max ?? of))] },
      y: { distr: 3, range: (_, min, max) => decades(min, max) },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        ticks: { stroke: theme.soft, width: 1, size: 4 },
        gap: 3,
        size: 24,
        space: 64,
        values: (_, splits) => splits.map((step) => formatCount(step)),
      },
      {
        ...axis,
        grid: { stroke: theme.hairline, width: 1 },
        ticks: { show: false },
        size: 40,
        gap: 4,
        filter: (_, splits) => splits,
        splits: (_, __, min, max) => {
          const [from, to] = [Math.round(Math.log10(min)), Math.round(Math.log10(max))];
          return [...Array(to - from + 1).keys()].map((k) => 10 ** (from + k));
        },
        values: (_, splits) => splits.map((value) => powerOfTen(Math.round(Math.log10(value)))),
      },
    ],
    series: [
      {},
      { stroke: theme.soft, width: 1, dash: [6, 4], points: { show: false } },
      { stroke: theme.soft, width: 2, points: { show: false } },
      { stroke: theme.ink, width: 2, points: { show: false } },
    ],
    hooks: { draw: [(plot) => name(plot, theme)] },
  };
}

/** Whole decades, of which there is at least one. */
function decades(min: number, max: number): [number, number] {
  const high = Math.ceil(Math.log10(max > 0 ? max : 1) - 1e-9);
  const low = Math.floor(Math.log10(min > 0 ? min : 1e-3) + 1e-9);
  return [10 ** Math.max(high - 8, Math.min(low, high - 1)), 10 ** high];
}

/** What the lines are, at their ends. */
function name(plot: uPlot, theme: Theme): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const ends = [
    { text: t('loss'), color: theme.soft, line: 2 },
    { text: 'KL', color: theme.ink, line: 3 },
  ].flatMap(({ text, color, line }) => {
    const last = (plot.data[line] as (number | null)[]).findLast((value) => value !== null);
    return typeof last === 'number' ? [{ text, color, y: plot.valToPos(last, 'y', true) }] : [];
  });
  const [loss, kl] = ends;
  const gap = 14 * ratio;
  if (loss && kl && kl.y < loss.y + gap) kl.y = Math.min(bbox.top + bbox.height, loss.y + gap);
  ctx.save();
  ctx.font = `${12 * ratio}px ${theme.font}`;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  for (const { text, color, y } of ends) {
    ctx.fillStyle = color;
    ctx.fillText(text, bbox.left + bbox.width + 4 * ratio, y);
  }
  ctx.restore();
}
