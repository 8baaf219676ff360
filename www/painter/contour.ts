/** Marching squares: the segments of a level line of a sampled function. */

/**
 * Calls `segment(x0, y0, x1, y1)` in grid units (node `i, j` lies at `x = i, y = j`) for every piece
 * of the line `values = level`. Saddles are split by the mean of the four corners.
 */
export function contour(
  values: ArrayLike<number>,
  columns: number,
  rows: number,
  level: number,
  segment: (x0: number, y0: number, x1: number, y1: number) => void,
): void {
  for (let j = 0; j + 1 < rows; j += 1) {
    for (let i = 0; i + 1 < columns; i += 1) {
      const a = (values[j * columns + i] as number) - level;
      const b = (values[j * columns + i + 1] as number) - level;
      const c = (values[(j + 1) * columns + i + 1] as number) - level;
      const d = (values[(j + 1) * columns + i] as number) - level;
      const cell = (a > 0 ? 1 : 0) | (b > 0 ? 2 : 0) | (c > 0 ? 4 : 0) | (d > 0 ? 8 : 0);
      if (cell === 0 || cell === 15) continue;
      const bottom = i + a / (a - b);
      const right = j + b / (b - c);
      const top = i + d / (d - c);
      const left = j + a / (a - d);
      switch (cell) {
        case 1:
        case 14:
          segment(bottom, j, i, left);
          break;
        case 2:
        case 13:
          segment(bottom, j, i + 1, right);
          break;
        case 3:
        case 12:
          segment(i, left, i + 1, right);
          break;
        case 4:
        case 11:
          segment(i + 1, right, top, j + 1);
          break;
        case 6:
        case 9:
          segment(bottom, j, top, j + 1);
          break;
        case 7:
        case 8:
          segment(i, left, top, j + 1);
          break;
        default: {
          const joined = a + b + c + d > 0 === (cell === 5);
          if (joined) {
            segment(bottom, j, i + 1, right);
            segment(i, left, top, j + 1);
          } else {
            segment(bottom, j, i, left);
            segment(i + 1, right, top, j + 1);
          }
        }
      }
    }
  }
}

/** The same line as polylines `[x, y, x, y, ...]`, so that it can be dashed. */
export function contourLines(values: ArrayLike<number>, columns: number, rows: number, level: number): number[][] {
  const ends = new Map<number, number[]>();
  const lines = new Set<number[]>();
  const key = (x: number, y: number) => Math.round(x * 1e5) * 1e8 + Math.round(y * 1e5);
  const keyAt = (line: number[], atEnd: boolean) =>
    atEnd ? key(line.at(-2) as number, line.at(-1) as number) : key(line[0] as number, line[1] as number);
  const release = (line: number[]) => {
    for (const atEnd of [true, false]) if (ends.get(keyAt(line, atEnd)) === line) ends.delete(keyAt(line, atEnd));
  };
  const hold = (line: number[]) => {
    ends.set(keyAt(line, true), line);
    ends.set(keyAt(line, false), line);
  };
  const reversed = (line: number[]) => {
    const turned: number[] = [];
    for (let k = line.length - 2; k >= 0; k -= 2) turned.push(line[k] as number, line[k + 1] as number);
    return turned;
  };
  contour(values, columns, rows, level, (x0, y0, x1, y1) => {
    const before = ends.get(key(x0, y0));
    const after = ends.get(key(x1, y1));
    let line = [x0, y0, x1, y1];
    if (before) {
      release(before);
      lines.delete(before);
      line = keyAt(before, true) === key(x0, y0) ? before : reversed(before);
      line.push(x1, y1);
    }
    if (after && after !== before) {
      release(after);
      lines.delete(after);
      const tail = keyAt(after, false) === key(x1, y1) ? after : reversed(after);
      for (let k = 2; k < tail.length; k += 1) line.push(tail[k] as number);
    }
    lines.add(line);
    hold(line);
  });
  return [...lines];
}
