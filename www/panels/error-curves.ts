/** The errors of classifiers over the run: four charts, in whatever panel they stand. */
import type { Plot, PlotSeries } from '../export/plot';
import type { ProfilePoint } from '../lab/profile';
import type { Theme } from '../painter/theme';
import { timeTicks } from '../painter/ticks';
import { t } from '../words';
import { symbol } from '../words/units';
import type { Domain } from '../workers/protocol';

/** A chart over values that span more shows so many decades of them. */
const DECADES = 10;

export interface Curve {
  name: string;
  title(): string;
  unit: string;
  of(point: ProfilePoint, dimension: number): number;
  /** Where the axis ends at most. */
  within?: [number, number];
}

export const CURVES: readonly Curve[] = [
  { name: 'conditional KL', title: () => t('Conditional KL, nats'), unit: 'nats', of: (point) => point.conditionalKl },
  {
    name: 'guidance error',
    title: () => t('Guidance error, mean square; dashed: the guidance'),
    unit: '1/length^2',
    of: (point) => point.guidanceMse,
  },
  {
    name: 'guidance error / guidance',
    title: () => t('Guidance error over guidance'),
    unit: '1',
    of: (point) => point.guidanceMse / point.guidanceNorm,
    within: [1e-4, 1e6],
  },
  {
    name: 'guidance error / (d sqrt KL)',
    title: () => t('Guidance error over d √KL'),
    unit: '1',
    of: (point, dimension) => point.guidanceMse / (dimension * Math.sqrt(point.conditionalKl)),
  },
];

/** Line styles double the colours. */
export const DASHES: readonly number[][] = [[], [6, 3], [2, 3], [8, 3, 2, 3]];

export function colorsOf(theme: Theme): string[] {
  return [theme.lanes.tested, theme.lanes.exact, theme.lanes.conditional, theme.ink];
}

/** An axis of that many decades at most, whatever the values. */
export function axisRange(
  values: number[],
  within: [number, number] = [0, Number.POSITIVE_INFINITY],
): [number, number] {
  const seen = values.filter((value) => value > 0 && Number.isFinite(value));
  if (seen.length === 0) return [0.1, 10];
  const high = Math.min(within[1], Math.max(...seen));
  const low = Math.max(within[0], Math.min(...seen), high / 10 ** DECADES);
  const [from, to] = [Math.floor(Math.log10(Math.min(low, high)) + 1e-9), Math.ceil(Math.log10(high) - 1e-9)];
  return [10 ** from, 10 ** Math.max(to, from + 1)];
}

/** What is known of one classifier; without a label it is not in the key. `line`: of the colours and dashes. */
export interface ErrorCurve {
  label: string;
  points: ProfilePoint[];
  line: number;
}

/** A curve of each over the run. */
export function curvePlot(curve: Curve, lines: ErrorCurve[], theme: Theme, domain: Domain, width: number): Plot {
  const { times, dimension } = domain;
  const last = times.length - 1;
  const colors = colorsOf(theme);
  const keyed = lines.some(({ label }) => label !== '');
  const series: PlotSeries[] = lines.map(({ label, points, line }, k) => ({
    label,
    color: colors[line] as string,
    dash: DASHES[line] as number[],
    width: k === 0 ? 2.25 : 1.75,
    points: points.map((point) => ({ x: point.step, y: curve.of(point, dimension) })),
  }));
  const values = series.flatMap(({ points }) => points.map(({ y }) => y));
  if (curve.name === 'guidance error') {
    const norms = (lines[0]?.points ?? []).map(({ step, guidanceNorm }) => ({ x: step, y: guidanceNorm }));
    series.unshift({ label: keyed ? t('guidance') : '', color: theme.soft, dash: [2, 2], width: 1, points: norms });
    values.push(...norms.map(({ y }) => y));
  }
  if (curve.within) {
    const level = [0, last].map((x) => ({ x, y: 1 }));
    series.unshift({ label: '', color: theme.soft, width: 1, guide: true, points: level });
  }
  const marks = timeTicks(times, (step) => (step / last) * (width - 60), 44);
  return {
    title: curve.title(),
    x: { label: symbol(), range: [0, last], marks: marks.map(({ step, label }) => ({ at: step, label })) },
    y: { label: '', log: true, range: axisRange(values, curve.within) },
    series,
  };
}
