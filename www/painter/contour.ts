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
