/**
 * A chart as SVG text: axes (also logarithmic), error bars, a key, and nothing else. The page shows it and
 * saves it; it needs no browser.
 */

import { ticks } from '../painter/ticks';
import { formatPlain, powerOfTen } from '../words/numbers';

export type Marker = 'circle' | 'square' | 'triangle' | 'diamond' | 'cross';

export interface PlotPoint {
  x: number;
  y: number;
  /** The standard error of y: a bar of one each way. */
  error?: number;
}

export interface PlotSeries {
  /** In the key; empty: not there. */
  label: string;
  color: string;
  points: PlotPoint[];
  /** Points are joined by a line unless this is false. */
  line?: boolean;
  width?: number;
  dash?: number[];
  marker?: Marker;
  /** The area down to the axis, faintly. */
  filled?: boolean;
  /** Only the other series set the range of the axes. */
  guide?: boolean;
}

export interface PlotAxis {
  label: string;
  log?: boolean;
  range?: [number, number];
  /** Where a logarithmic axis has few round values, or a scale of its own. */
  marks?: { at: number; label: string }[];
}

export interface Plot {
  title: string;
  x: PlotAxis;
  y: PlotAxis;
  series: PlotSeries[];
}

export interface Look {
  paper: string;
  ink: string;
  soft: string;
  hairline: string;
  font: string;
}

export interface Box {
  width: number;
  /** Of the field between the axes. */
  height: number;
  /** Whether the title stands in the drawing. */
  titled: boolean;
}

const SIZE = 12;
const ROW = 18;
const SAMPLE = 24;
const RIGHT = 12;

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** A coordinate. */
function at(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Roughly how wide a text is, in pixels at 12 px; browsers differ by their fonts anyway. */
export function textWidth(text: string): number {
  let sum = 0;
  for (const char of text) {
    if (/[\u2e80-\uffef]/.test(char)) sum += 1;
    else if (/[ilj.,:;'|!()[\]ft⁻¹]/.test(char)) sum += 0.34;
    else if (/[mwMW—]/.test(char)) sum += 0.88;
    else if (/[A-Z]/.test(char)) sum += 0.68;
    else sum += 0.57;
  }
  return sum * SIZE;
}

/** Ticks of a logarithmic axis: decades, and 2 and 5 where there are few. */
export function logTicks(low: number, high: number, most: number): { at: number; label: string }[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const marks: { at: number; label: string }[] = [];
  if (last - first >= 2) {
    const every = Math.max(1, Math.ceil((last - first) / most));
    for (let k = last; k >= first; k -= every) marks.unshift({ at: Number(`1e${k}`), label: powerOfTen(k) });
    return marks;
  }
  for (let k = first - 1; k <= last + 1; k += 1) {
    for (const digit of [1, 2, 5]) {
      const value = Number((digit * 10 ** k).toPrecision(3));
      if (value < low * (1 - 1e-9) || value > high * (1 + 1e-9)) continue;
      const label = digit === 1 ? powerOfTen(k) : k >= -3 && k <= 4 ? formatPlain(value) : `${digit}·${powerOfTen(k)}`;
      marks.push({ at: value, label });
    }
  }
  if (marks.length > 1) return marks;
  return ticks(low, high, Math.max(2, most)).map((value) => ({ at: value, label: formatPlain(value) }));
}

interface Scale {
  low: number;
  high: number;
  log: boolean;
  /** 0 at the low end, 1 at the high one. */
  share(value: number): number;
}

/** The range of the values that an axis can show, with some room. */
export function scaleOf(values: number[], axis: PlotAxis, room: number): Scale {
  const log = axis.log ?? false;
  const seen = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  let [low, high] = axis.range ?? [Math.min(...seen), Math.max(...seen)];
  if (seen.length === 0 && !axis.range) [low, high] = log ? [0.1, 10] : [0, 1];
  if (!axis.range) {
    if (log) {
      // Noise around a constant must not look like a law.
      if (high / low < 4) [low, high] = [Math.sqrt(low * high) / 2, Math.sqrt(low * high) * 2];
      const factor = (high / low) ** room;
      [low, high] = [low / factor, high * factor];
    } else {
      const span = high - low || Math.abs(high) || 1;
      [low, high] = [low - room * span, high + room * span];
    }
  }
  const share = log
    ? (value: number) => Math.log(value / low) / Math.log(high / low)
    : (value: number) => (value - low) / (high - low);
  return { low, high, log, share };
}

function marksOf(axis: PlotAxis, scale: Scale, most: number): { at: number; label: string }[] {
  if (axis.marks) return axis.marks.filter(({ at }) => at >= scale.low * 0.999999 && at <= scale.high * 1.000001);
  if (scale.log) return logTicks(scale.low, scale.high, most);
  return ticks(scale.low, scale.high, most).map((value) => ({ at: value, label: formatPlain(value) }));
}

function markerPath(marker: Marker, x: number, y: number): string {
  const move = (dx: number, dy: number) => `${at(x + dx)} ${at(y + dy)}`;
  switch (marker) {
    case 'circle':
      return `M${move(-3.5, 0)}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0Z`;
    case 'square':
      return `M${move(-3, -3)}h6v6h-6Z`;
    case 'triangle':
      return `M${move(0, -4)}L${move(3.8, 2.8)}L${move(-3.8, 2.8)}Z`;
    case 'diamond':
      return `M${move(0, -4.2)}L${move(4.2, 0)}L${move(0, 4.2)}L${move(-4.2, 0)}Z`;
    case 'cross':
      return `M${move(-3, -3)}L${move(3, 3)}M${move(-3, 3)}L${move(3, -3)}`;
  }
}

/** The key in rows: where each entry stands, and how many rows there are. */
function keyOf(series: PlotSeries[], width: number): { entries: { x: number; row: number }[]; rows: number } {
  let [x, row] = [0, 0];
  const entries = series.map(({ label }) => {
    if (!label) return { x, row };
    const need = SAMPLE + 6 + textWidth(label);
    if (x > 0 && x + need > width) [x, row] = [0, row + 1];
    const entry = { x, row };
    x += need + 18;
    return entry;
  });
  return { entries, rows: series.length > 0 ? row + 1 : 0 };
}

function strokeOf({ color, width = 1.75, dash }: PlotSeries): string {
  return `stroke="${escapeXml(color)}" stroke-width="${width}"${dash?.length ? ` stroke-dasharray="${dash.join(' ')}"` : ''}`;
}

/** The height of the drawing, and the drawing itself without its `<svg>`. */
function draw(plot: Plot, look: Look, box: Box): { height: number; body: string } {
  const text = (x: number, y: number, words: string, color: string, anchor = 'start', extra = '') =>
    `<text x="${at(x)}" y="${at(y)}" fill="${escapeXml(color)}" text-anchor="${anchor}"${extra}>${escapeXml(words)}</text>`;
  const measured = plot.series.filter((series) => !series.guide);
  const reach = measured.flatMap(({ points }) =>
    points.flatMap(({ y, error = 0 }) => (error > 0 ? [y - error, y, y + error] : [y])),
  );
  const levels = plot.series.filter((series) => series.guide).flatMap(({ points }) => points.map(({ y }) => y));
  const x = scaleOf(
    (measured.length > 0 ? measured : plot.series).flatMap(({ points }) => points.map((point) => point.x)),
    plot.x,
    0.04,
  );
  const y = scaleOf(reach.length > 0 ? reach.concat(plot.y.log ? [] : levels) : levels, plot.y, 0.08);
  const yMarks = marksOf(plot.y, y, Math.max(2, Math.min(5, Math.floor(box.height / 36))));
  const left = Math.max(28, ...yMarks.map(({ label }) => textWidth(label) + 10));
  const width = Math.max(40, box.width - left - RIGHT);
  const key = keyOf(plot.series, box.width - RIGHT);
  const parts: string[] = [];

  let top = 4;
  if (box.titled) {
    parts.push(text(0, top + 13, plot.title, look.ink, 'start', ' font-weight="600" font-size="14"'));
    top += 24;
  }
  plot.series.forEach((series, index) => {
    if (!series.label) return;
    const entry = key.entries[index] as { x: number; row: number };
    const middle = top + entry.row * ROW + 8;
    if (series.filled) {
      parts.push(
        `<rect x="${at(entry.x)}" y="${at(middle - 4)}" width="${SAMPLE}" height="8" fill="${escapeXml(series.color)}" fill-opacity="0.3"/>`,
      );
    }
    if (series.line !== false) parts.push(`<path d="M${at(entry.x)} ${at(middle)}h${SAMPLE}" ${strokeOf(series)}/>`);
    if (series.marker) {
      parts.push(
        `<path d="${markerPath(series.marker, entry.x + SAMPLE / 2, middle)}" fill="${escapeXml(series.marker === 'cross' ? 'none' : series.color)}" stroke="${escapeXml(series.color)}"/>`,
      );
    }
    parts.push(text(entry.x + SAMPLE + 6, middle + 4, series.label, look.ink));
  });
  top += key.rows * ROW + (key.rows > 0 ? 4 : 0);
  if (plot.y.label) {
    parts.push(text(0, top + 12, plot.y.label, look.soft));
    top += ROW + 2;
  } else {
    top += 6;
  }
  const bottom = top + box.height;
  const xOf = (value: number) => left + x.share(value) * width;
  const yOf = (value: number) => bottom - y.share(value) * box.height;

  for (const mark of yMarks) {
    const level = yOf(mark.at);
    parts.push(`<path d="M${left} ${at(level)}h${at(width)}" stroke="${escapeXml(look.hairline)}"/>`);
    parts.push(text(left - 6, level + 4, mark.label, look.soft, 'end'));
  }
  parts.push(`<path d="M${left} ${at(bottom)}h${at(width)}" stroke="${escapeXml(look.soft)}"/>`);
  let free = Number.NEGATIVE_INFINITY;
  for (const mark of marksOf(plot.x, x, Math.max(2, Math.floor(width / 64)))) {
    const place = xOf(mark.at);
    parts.push(`<path d="M${at(place)} ${at(bottom)}v4" stroke="${escapeXml(look.soft)}"/>`);
    const half = textWidth(mark.label) / 2;
    if (place - half < free) continue;
    free = place + half + 8;
    parts.push(text(place, bottom + 17, mark.label, look.soft, 'middle'));
  }
  parts.push(text(left + width, bottom + 34, plot.x.label, look.soft, 'end'));

  // What lies outside the axes is cut off by a nested drawing.
  const inside: string[] = [];
  const show = ({ x: px, y: py }: PlotPoint) =>
    Number.isFinite(px) && Number.isFinite(py) && (!x.log || px > 0) && (!y.log || py > 0);
  const dx = (value: number) => at(xOf(value) - left);
  const dy = (value: number) => at(yOf(value) - top);
  for (const series of plot.series) {
    const points = series.points.filter(show);
    const path = points.map((point, k) => `${k === 0 ? 'M' : 'L'}${dx(point.x)} ${dy(point.y)}`).join('');
    if (series.filled && points.length > 1) {
      const [first, last] = [points[0] as PlotPoint, points.at(-1) as PlotPoint];
      inside.push(
        `<path d="${path}L${dx(last.x)} ${at(box.height)}L${dx(first.x)} ${at(box.height)}Z" fill="${escapeXml(series.color)}" fill-opacity="0.3" stroke="none"/>`,
      );
    }
    if (series.line !== false && points.length > 1) {
      inside.push(`<path d="${path}" fill="none" stroke-linejoin="round" ${strokeOf(series)}/>`);
    }
  }
  const dots: string[] = [];
  for (const series of plot.series) {
    const { marker } = series;
    if (!marker) continue;
    for (const point of series.points.filter(show)) {
      const [px, py] = [xOf(point.x), yOf(point.y)];
      if (px < left - 1 || px > left + width + 1 || py < top - 1 || py > bottom + 1) continue;
      const words = `${series.label}: ${formatPlain(point.x)}, ${point.y}${point.error ? ` ± ${point.error.toPrecision(2)}` : ''}`;
      let shape = '';
      if (point.error) {
        const high = Math.max(top, yOf(point.y + point.error));
        const low = y.log && point.y <= point.error ? bottom : Math.min(bottom, yOf(point.y - point.error));
        shape = `<path d="M${at(px - 3)} ${at(high)}h6m-3 0V${at(low)}m-3 0h6" fill="none" stroke="${escapeXml(series.color)}"/>`;
      }
      dots.push(
        `<g><title>${escapeXml(words)}</title>${shape}<path d="${markerPath(marker, px, py)}" fill="${escapeXml(marker === 'cross' ? 'none' : series.color)}" stroke="${escapeXml(marker === 'cross' ? series.color : look.paper)}"/></g>`,
      );
    }
  }
  parts.push(
    `<svg x="${at(left)}" y="${at(top)}" width="${at(width)}" height="${at(box.height)}" overflow="hidden">${inside.join('')}</svg>`,
    ...dots,
  );
  return { height: bottom + 42, body: parts.join('') };
}

/** One or more charts, one below the other, as an SVG document. */
export function plotSvg(plots: Plot | Plot[], look: Look, box: Box): string {
  const list = Array.isArray(plots) ? plots : [plots];
  const margin = box.titled ? 16 : 0;
  const inner = { ...box, width: box.width - 2 * margin };
  let height = margin;
  const bodies = list.map((plot) => {
    const drawn = draw(plot, look, inner);
    const group = `<g transform="translate(${margin} ${height})">${drawn.body}</g>`;
    height += drawn.height + margin;
    return group;
  });
  const words = list.map((plot) => plot.title).join('; ');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${box.width}" height="${at(height)}" viewBox="0 0 ${box.width} ${at(height)}" ` +
    `role="img" aria-label="${escapeXml(words)}" font-family="${escapeXml(look.font)}" font-size="${SIZE}">` +
    (box.titled ? `<rect width="100%" height="100%" fill="${escapeXml(look.paper)}"/>` : '') +
    `${bodies.join('')}</svg>`
  );
}
