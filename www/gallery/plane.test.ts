import { expect, test } from 'vitest';
import { pathsOf } from './plane';

test('a path is the place of one picture at every time, along either direction', () => {
  const lanes = ['tested', 'exact'] as const;
  const [columns, dimension, times] = [3, 4, new Float64Array([2, 1, 0])];
  // A number that tells where it stands: step, lane, column and coordinate.
  const value = (step: number, lane: number, column: number, j: number) => 1000 * step + 100 * lane + 10 * column + j;
  const positions = Float32Array.from({ length: 3 * 2 * columns * dimension }, (_, index) => {
    const row = Math.floor(index / dimension);
    return value(Math.floor(row / 6), Math.floor(row / 3) % 2, row % 3, index % dimension);
  });
  const drawn = { times, positions, labels: new Uint32Array(6) };
  const directions = Float32Array.of(0.5, 0, -1, 0, 0, 0, 0, 2);
  expect(pathsOf(drawn, lanes, { columns, dimension }, 2, directions)).toEqual(
    lanes.map((lane, row) => ({
      lane,
      points: Float32Array.from(
        [0, 1, 2].flatMap((step) => [
          0.5 * value(step, row, 2, 0) - value(step, row, 2, 2),
          2 * value(step, row, 2, 3),
        ]),
      ),
    })),
  );
});
