/** Numbers as files: CSV with a header that names unit and estimator. */

export interface Column {
  name: string;
  /** Empty for a pure number. */
  unit?: string;
  /** How the numbers came about, such as `quadrature`, `particles`, `standard error`. */
  estimator?: string;
}

export interface Table {
  columns: Column[];
  /** `null` where there is nothing. */
  rows: (number | string | null)[][];
}

/** `KL [nats] (quadrature)` */
export function heading({ name, unit, estimator }: Column): string {
  return `${name}${unit && unit !== '1' ? ` [${unit}]` : ''}${estimator ? ` (${estimator})` : ''}`;
}

/** A cell (RFC 4180): the shortest digits that are read back as the same number; nothing for what is not one. */
export function cell(value: number | string | null): string {
  if (value === null || (typeof value === 'number' && Number.isNaN(value))) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : '-inf';
  return /[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

export function csv({ columns, rows }: Table): string {
  const lines = [columns.map(heading), ...rows].map((row) => row.map(cell).join(','));
  return `${lines.join('\r\n')}\r\n`;
}
