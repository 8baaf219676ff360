/** `lab.at`: points in any form as one list of numbers, which the module checks and answers. */
import { POINT_LENGTH, POINT_NUMBER, POINTS_TAKES } from '../words/own-later';
import { fault, saying } from '../words/says';
import type { Domain, Exact, Points, PointValues, State } from '../workers/protocol';
import { LabError } from './error';

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

/** Something wrong, short enough for a message. */
const shown = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : String(value)).slice(0, 40);

function flat(points: unknown, dimension: number): Float64Array {
  const refuse = (path: string, says: Parameters<typeof fault>[2]): never => {
    throw new LabError(fault('type', path, says));
  };
  if (!isList(points)) return refuse('points', saying(POINTS_TAKES, { value: shown(points) }));
  const number = (value: unknown, path: string): number =>
    typeof value === 'number' ? value : refuse(path, saying(POINT_NUMBER, { field: path, value: shown(value) }));
  if (!isList(points[0])) return Float64Array.from(points, (x, index) => number(x, `points[${index}]`));
  const numbers = new Float64Array(points.length * dimension);
  for (let row = 0; row < points.length; row += 1) {
    const point = points[row];
    const field = `points[${row}]`;
    const count = isList(point) ? point.length : 1;
    if (!isList(point) || count !== dimension) {
      return refuse(field, saying(POINT_LENGTH, { field, count, dimension }));
    }
    for (let i = 0; i < dimension; i += 1) {
      numbers[row * dimension + i] = number(point[i], dimension === 1 ? field : `${field}[${i}]`);
    }
  }
  return numbers;
}

/** What it asks of a Lab. */
interface Asked {
  readonly exact: Pick<Exact, 'at'>;
  readonly state: State;
  readonly domain: Domain;
  readonly run: { readonly step: number; settled(): Promise<void> };
}

/** The present time is that of the step on show. Rejects with a LabError that names the point. */
export async function at(lab: Asked, points: Points, { time }: { time?: number }): Promise<PointValues> {
  await lab.run.settled();
  const { state, domain } = lab;
  try {
    return await lab.exact.at(state, time ?? (domain.times[lab.run.step] as number), flat(points, domain.dimension));
  } catch (thrown) {
    throw LabError.from(thrown);
  }
}
