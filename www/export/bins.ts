/** Curves over bins, such as the map of the samples that lose: as a chart and as a table. */
import type { Theme } from '../painter/theme';
import { called } from '../words';
import type { Chart } from '../workers/sweep-protocol';
import type { Plot, PlotSeries } from './plot';
import { capital, named, pretty } from './quantity';
import type { Column, Table } from './table';

/** Series that never have a value in the same bin are the parts of one histogram. */
function isHistogram({ values, edges }: Chart): boolean {
  return edges.every((_, bin) => values.filter((series) => series[bin]).length <= 1);
}

export function chartPlot(chart: Chart, theme: Theme): Plot {
  const { edges, values, series } = chart;
  const whole = isHistogram(chart);
  // The same prefix, "share of the samples, lose", is said once, at the axis.
  const comma = series[0]?.name.indexOf(', ') ?? -1;
  const prefix = series[0]?.name.slice(0, comma + 2) ?? '';
  const common = comma > 0 && series.every(({ name }) => name.startsWith(prefix));
  const colors = [theme.lanes.tested, theme.lanes.conditional];
  const drawn = series.map(({ name }, index): PlotSeries => {
    const bins = (values[index] ?? []).flatMap((value, bin) =>
      value ? [{ from: edges[bin] as number, to: edges[bin + 1] as number, ...value }] : [],
    );
    return {
      label: pretty(called(common ? name.slice(comma + 2) : name)),
      color: colors[index % colors.length] as string,
      ...(whole
        ? {
            points: bins.flatMap(({ from, to, estimate: y }) => [
              { x: from, y },
              { x: to, y },
            ]),
            width: 1,
            filled: true,
          }
        : {
            points: bins.map(({ from, to, estimate: y, standardError: error }) => ({ x: (from + to) / 2, y, error })),
            line: false,
            marker: index === 0 ? 'circle' : 'square',
          }),
    };
  });
  const most = Math.max(0, ...drawn.flatMap(({ points }) => points.map(({ y }) => y)));
  return {
    title: called(chart.title),
    x: { label: named(chart.axis), range: [edges[0] as number, edges.at(-1) as number] },
    y: { label: common ? capital(called(prefix.slice(0, -2))) : '', ...(whole ? { range: [0, 1.1 * most || 1] } : {}) },
    series: drawn,
  };
}

export function chartTable({ axis, edges, series, values }: Chart): Table {
  const columns: Column[] = ['from', 'to'].map((side) => ({ name: `${axis.name}, ${side}`, unit: axis.unit }));
  for (const { name, unit } of series) {
    columns.push({ name, unit, estimator: 'estimate from particles' }, { name, unit, estimator: 'standard error' });
  }
  const rows = edges.slice(0, -1).map((from, bin) => [
    from,
    edges[bin + 1] as number,
    ...values.flatMap((of) => {
      const value = of[bin];
      return value ? [value.estimate, value.standardError] : [null, null];
    }),
  ]);
  return { columns, rows };
}
