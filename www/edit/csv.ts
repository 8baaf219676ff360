/**
 * Labelled points from text: one point a line, `x,class` or `x,y,class`, with or without a header,
 * separated by commas, semicolons or tabs. Whatever is wrong is said with line and field, and nothing
 * is guessed.
 */
import { UNFORESEEN } from '../words/own';
import { saying } from '../words/says';
import type { LabErrorData } from '../workers/protocol';

/** A file with more rows is refused. */
export const MOST_ROWS = 2_000_000;
/** So many points are fitted; of more, evenly spaced ones are taken. */
export const MOST_POINTS = 10_000;
const MOST_CLASSES = 8;

export interface Points {
  dimension: 1 | 2;
  /** Row-major. */
  values: Float64Array;
  /** The class of each point, 0 to 7. */
  classes: Uint8Array;
  /** The label in the file of each class; empty where none has it. */
  labels: string[];
  /** Rows in the text; more than the points if it was thinned out. */
  rows: number;
}

/** What is wrong, and where: `path` is for example `line 7, y`. */
export function fault(path: string, message: string, code: LabErrorData['code'] = 'type'): LabErrorData {
  const why = path ? `${path}: ${message}` : message;
  return { code, path, message: why, says: saying(UNFORESEEN, { why }) };
}

function fields(line: string, separator: string): string[] {
  return line.split(separator).map((field) =>
    field
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim(),
  );
}

/** A plain decimal number; anything else is NaN. */
function decimal(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

function shown(text: string): string {
  return text === '' ? 'is empty' : `“${text.slice(0, 24)}” is not a number`;
}

interface Columns {
  coordinates: { index: number; name: string }[];
  label: number;
  count: number;
}

const NAMES: [RegExp, 'x' | 'y' | 'class'][] = [
  [/^(x|x_?1|x₁)$/i, 'x'],
  [/^(y|x_?2|x₂)$/i, 'y'],
  [/^(class|label|c|target|species|group)$/i, 'class'],
];

function columnsOf(head: string[], line: number): { columns: Columns; header: boolean } {
  const named = head.map((field) => NAMES.find(([pattern]) => pattern.test(field))?.[1] ?? null);
  const at = (name: 'x' | 'y' | 'class') => named.indexOf(name);
  const header = at('x') >= 0 || (head.length > 1 && head.slice(0, -1).every((field) => Number.isNaN(decimal(field))));
  const where = `line ${line}`;
  if (header && at('x') >= 0) {
    if (at('class') < 0) throw fault(where, `the header names no column “class”, only ${head.join(', ')}`);
    const coordinates = [{ index: at('x'), name: 'x' }];
    if (at('y') >= 0) coordinates.push({ index: at('y'), name: 'y' });
    return { columns: { coordinates, label: at('class'), count: head.length }, header };
  }
  if (head.length < 2 || head.length > 3) {
    throw fault(
      where,
      `has ${head.length} ${head.length === 1 ? 'column' : 'columns'}, but must have x,class or x,y,class`,
    );
  }
  const coordinates = ['x', 'y'].slice(0, head.length - 1).map((name, index) => ({ index, name }));
  return { columns: { coordinates, label: head.length - 1, count: head.length }, header };
}

/** Reads the text; `pause` is awaited now and then, so that a long one blocks nothing. */
export async function readPoints(text: string, pause: () => Promise<void> = async () => {}): Promise<Points> {
  const clean = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const rows: { line: number; from: number; to: number }[] = [];
  let line = 0;
  for (let from = 0; from <= clean.length; ) {
    const end = clean.indexOf('\n', from);
    const to = end < 0 ? clean.length : end;
    line += 1;
    if (clean.slice(from, to).trim() !== '') {
      if (rows.length > MOST_ROWS) {
        throw fault(`line ${line}`, `more than ${MOST_ROWS.toLocaleString('en')} rows; that is the limit`, 'range');
      }
      rows.push({ line, from, to });
    }
    from = to + 1;
    if (line % 20_000 === 0) await pause();
  }
  const first = rows[0];
  if (!first) throw fault('', 'There are no points: the text is empty.');
  const head = clean.slice(first.from, first.to);
  const separator = [';', '\t', ','].find((each) => head.includes(each)) ?? ',';
  const { columns, header } = columnsOf(fields(head, separator), first.line);
  if (header) rows.shift();
  if (rows.length === 0) throw fault('', 'There are no points below the header.');

  const dimension = columns.coordinates.length as 1 | 2;
  const count = Math.min(rows.length, MOST_POINTS);
  const values = new Float64Array(count * dimension);
  const found: string[] = [];
  const names: string[] = [];
  let taken = 0;
  for (let k = 0; k < rows.length; k += 1) {
    const row = rows[k] as (typeof rows)[number];
    const cells = fields(clean.slice(row.from, row.to), separator);
    if (cells.length < columns.count) {
      const wanted = [...columns.coordinates.map(({ name }) => name), 'class'].join(', ');
      throw fault(`line ${row.line}`, `${cells.length} of ${columns.count} columns are there; needed are ${wanted}`);
    }
    // Evenly spaced, the same ones each time; every row is checked all the same.
    const kept = Math.floor(((k + 1) * count) / rows.length) > Math.floor((k * count) / rows.length);
    columns.coordinates.forEach(({ index, name }, axis) => {
      const cell = cells[index] as string;
      const value = decimal(cell);
      if (!Number.isFinite(value)) throw fault(`line ${row.line}, ${name}`, shown(cell));
      if (kept) values[taken * dimension + axis] = value;
    });
    const label = cells[columns.label] as string;
    if (label === '') throw fault(`line ${row.line}, class`, 'is empty');
    if (!names.includes(label)) {
      names.push(label);
      if (names.length > MOST_CLASSES) {
        throw fault(
          `line ${row.line}, class`,
          `“${label.slice(0, 24)}” is class number ${names.length}; at most ${MOST_CLASSES} are allowed`,
          'range',
        );
      }
    }
    if (kept) {
      found.push(label);
      taken += 1;
    }
    if (k % 20_000 === 19_999) await pause();
  }
  if (names.length < 2) {
    throw fault('class', `is “${names[0]}” in every line; guidance needs at least two classes`, 'inconsistent');
  }
  // Whole numbers from 0 to 7 are classes as they are; other labels are counted as they come.
  const whole = names.every((name) => /^[0-7]$/.test(name));
  const labels: string[] = [];
  names.forEach((name, index) => {
    labels[whole ? Number(name) : index] = name;
  });
  const classes = Uint8Array.from(found, (label) => labels.indexOf(label));
  return { dimension, values, classes, labels: Array.from(labels, (label) => label ?? ''), rows: rows.length };
}
