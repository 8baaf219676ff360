/** What a network says over a part of the plane: fetched with the first that is shown there. */
import type { Over, Window } from '../painter/subject';
import type { Exact, State } from '../workers/protocol';

/** Points along each axis. */
const SIDE = 65;

/** `phat(c|x)` on a square grid, row 0 at the bottom. */
export async function surface(
  exact: Pick<Exact, 'at'>,
  { state, time, window }: { state: State; time: number; window: Window },
): Promise<Over<{ side: number; posterior: Float64Array }>> {
  const { min, max } = window;
  const points = new Float64Array(2 * SIDE * SIDE);
  for (let k = 0; k < points.length; k += 1) {
    const [axis, at] = k % 2 === 0 ? [0, (k / 2) % SIDE] : [1, Math.floor(k / 2 / SIDE)];
    const low = min[axis] as number;
    points[k] = low + (((max[axis] as number) - low) * at) / (SIDE - 1);
  }
  const { testedLogPosterior } = await exact.at(state, time, points);
  return { side: SIDE, posterior: testedLogPosterior.map(Math.exp), over: window };
}
