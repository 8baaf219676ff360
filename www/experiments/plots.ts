/**
 * From what an experiment says of itself and the rows it has to charts and a table. Nothing here knows any
 * one experiment: names, units, scales, fitted and predicted lines come with the data.
 */
import { html, type TemplateResult } from 'lit';
import type { Marker, Plot, PlotSeries } from '../export/plot';
import { capital, pretty, unitOf } from '../export/quantity';
import type { Table } from '../export/table';
import type { Theme } from '../painter/theme';
import { called, t } from '../words';
import { estimateText, formatNumber, formatPlain } from '../words/numbers';
import type { Estimate } from '../workers/protocol';
import type { About, Check, Entry, Fit, GuideLine, Planned, Row, Size } from '../workers/sweep-protocol';

/** The same with exponents and indices of any kind raised and lowered. */
export function rich(words: string): (string | TemplateResult)[] {
  return pretty(words)
    .split(/(\^\([^)]*\)|\^[-−]?\d?[a-z]\b|\^−?[\d./]*\d|_[a-z]\b)/)
    .map((part, index) => {
      if (index % 2 === 0) return part;
      if (!part.startsWith('^')) return html`<sub>${part.slice(1)}</sub>`;
      return html`<sup>${part
        .slice(1)
        .replace(/^\((.*)\)$/, '$1')
        .replace(/^-/, '−')}</sup>`;
    });
}

export interface Panel {
  title: string;
  unit: string;
  log: boolean;
  /** Indices of the series. */
  series: number[];
  labels: string[];
}

/** Series whose names agree up to the first comma, with the same unit and scale, share a panel. */
export function panelsOf(about: About): Panel[] {
  const panels: Panel[] = [];
  about.series.forEach((quantity, index) => {
    const comma = quantity.name.indexOf(', ');
    const title = comma < 0 ? quantity.name : quantity.name.slice(0, comma);
    const label = comma < 0 ? quantity.name : quantity.name.slice(comma + 2);
    const unit = unitOf(quantity);
    const known = panels.find((panel) => panel.title === title && panel.unit === unit && panel.log === quantity.log);
    if (known) {
      known.series.push(index);
      known.labels.push(label);
    } else {
      panels.push({ title, unit, log: quantity.log, series: [index], labels: [label] });
    }
  });
  return panels;
}

const MARKERS: Marker[] = ['circle', 'square', 'triangle', 'diamond', 'cross'];
const DASHES: number[][] = [[], [6, 3], [2, 3], [8, 3, 2, 3], [1, 3]];

/** A slope with the digits that matter beside a prediction. */
function slope(value: number): string {
  return value
    .toFixed(2)
    .replace(/^-(?=0\.00$)/, '')
    .replace('-', '−');
}

/** A panel as a chart. */
export function plotOf(about: About, panel: Panel, rows: Row[], fits: Fit[], guides: GuideLine[], theme: Theme): Plot {
  const colors = [theme.lanes.tested, theme.lanes.exact, theme.lanes.conditional, theme.ink, theme.lanes.unguided];
  const noisy = (index: number) => rows.some((row) => (row.values[index]?.standardError ?? 0) > 0);
  const mixed = panel.series.some(noisy) && !panel.series.every(noisy);
  const series: PlotSeries[] = [];
  const drawnGuides: PlotSeries[] = [];
  panel.series.forEach((index, place) => {
    const color = colors[place % colors.length] as string;
    const points = rows.flatMap((row) => {
      const value = row.values[index];
      return value ? [{ x: row.x, y: value.estimate, error: value.standardError }] : [];
    });
    const fit = fits.find((each) => each.series === index);
    // What the figure is called need not be said again.
    const alone = panel.series.length === 1 && panel.labels[place] === panel.title;
    let label = alone ? '' : pretty(called(panel.labels[place] as string));
    for (const guide of guides) {
      if (guide.series !== index) continue;
      if (guide.kind === 'power') {
        const predicted = slope(guide.slope).replace(/\.?0+$/, '');
        if (fit)
          label += `${label ? ': ' : ''}${t('slope {slope}, predicted {predicted}', { slope: slope(fit.line.slope.estimate), predicted })}`;
        const used = points.filter(({ x, y }) => x >= guide.from && x > 0 && y > 0);
        if (used.length === 0) continue;
        // Through the middle of the points, which is also the middle of the fitted line.
        const mean = (of: (point: { x: number; y: number }) => number) =>
          used.reduce((sum, point) => sum + Math.log(of(point)), 0) / used.length;
        const [mx, my] = [mean(({ x }) => x), mean(({ y }) => y)];
        const line = (x: number) => ({ x, y: Math.exp(my + guide.slope * (Math.log(x) - mx)) });
        const xs = rows.map((row) => row.x).filter((x) => x >= guide.from);
        drawnGuides.push({
          label: t('predicted slope'),
          color: theme.soft,
          points: [line(Math.min(...xs)), line(Math.max(...xs))],
          width: 1,
          dash: [2, 2],
          guide: true,
        });
      } else if (guide.kind === 'level') {
        const xs = rows.map((row) => row.x);
        if (xs.length === 0) continue;
        drawnGuides.push({
          label: `${pretty(called(guide.name))} = ${formatNumber(guide.value, 3)}`,
          color: theme.soft,
          points: [
            { x: Math.min(...xs), y: guide.value },
            { x: Math.max(...xs), y: guide.value },
          ],
          width: 1,
          dash: [6, 4],
          guide: true,
        });
      } else {
        drawnGuides.push({
          label: pretty(called(guide.name)),
          color: theme.ink,
          points: guide.points.map(([x, y]) => ({ x, y })),
          line: false,
          marker: 'cross',
          guide: true,
        });
      }
    }
    series.push({
      label,
      color,
      points,
      dash: DASHES[place % DASHES.length] as number[],
      // Points with error bars are measured; beside them exact values are lines.
      line: !(mixed && noisy(index)),
      ...(mixed && !noisy(index) ? {} : { marker: MARKERS[place % MARKERS.length] as Marker }),
    });
  });
  const seen = new Set<string>();
  const guidesOnce = drawnGuides.map((guide) => {
    const label = seen.has(guide.label) ? '' : guide.label;
    seen.add(guide.label);
    return { ...guide, label };
  });
  const xs = rows.map((row) => row.x);
  return {
    title: capital(pretty(called(panel.title))),
    x: {
      label: `${pretty(called(about.axis.name))}${unitOf(about.axis) ? ` (${unitOf(about.axis)})` : ''}`,
      log: about.axis.log,
      ...(about.axis.log && xs.length > 1 && xs.length <= 12
        ? { marks: xs.map((x) => ({ at: x, label: formatPlain(x) })) }
        : {}),
    },
    y: { label: `${capital(pretty(called(panel.title)))}${panel.unit ? ` (${panel.unit})` : ''}`, log: panel.log },
    series: [...series, ...guidesOnce],
  };
}

/** All numbers of the rows; series that have errors have a column of them. */
export function tableOf(about: About, rows: Row[]): Table {
  const noisy = about.series.map((_, index) => rows.some((row) => (row.values[index]?.standardError ?? 0) > 0));
  return {
    columns: [
      { name: about.axis.name, unit: about.axis.unit },
      ...about.series.flatMap(({ name, unit }, index) => [
        { name, unit, estimator: noisy[index] ? 'estimate from particles' : 'exact, by quadrature' },
        ...(noisy[index] ? [{ name, unit, estimator: 'standard error' }] : []),
      ]),
    ],
    rows: rows.map((row) => [
      row.x,
      ...row.values.flatMap(({ estimate, standardError }, index) =>
        noisy[index] ? [estimate, standardError] : [estimate],
      ),
    ]),
  };
}

/** An exact value to six digits, a measured one with the digits its error allows. */
export function shown(value: Estimate): string {
  return value.standardError > 0 ? estimateText(value) : formatNumber(value.estimate, 5);
}

/** What a check expects: a number, or a range, which may be open at an end. */
export function predictedText({ predicted }: Check): string {
  const short = (number: number) =>
    formatNumber(number, 5)
      .replace(/(\.\d*?)0+(?=$| )/, '$1')
      .replace(/\.(?=$| )/, '');
  if (typeof predicted === 'number') return short(predicted);
  // JSON has no infinity: an open end is null.
  const [from, to] = predicted.map((end) => (Number.isFinite(end) ? short(end) : null));
  if (from && to) return t('{from} to {to}', { from, to });
  return from ? t('at least {from}', { from }) : t('at most {to}', { to: to ?? '∞' });
}

/** `Takes about 9 s on one core of a laptop: 12 points, 980 million particle-steps.` */
/** How long it takes on one core of a laptop. */
export function timeOf({ cost: { seconds } }: Planned): string {
  return seconds < 1.5 ? t('about a second') : t('about {seconds} s', { seconds: formatNumber(Math.ceil(seconds), 2) });
}

export function costOf(entry: Entry, size: Size): string {
  const { points, cost } = entry[size];
  const time = timeOf(entry[size]);
  const million = cost.particleSteps / 1e6;
  const values = { time, count: points.length, million: formatNumber(million, 2) };
  return million >= 1
    ? t('Takes {time} on one core of a laptop: {count} points, {million} million particle-steps.', values)
    : t('Takes {time} on one core of a laptop: {count} points.', values);
}
