/** What the worker fetches to have a table read, or a mixture made of it; gives way every few milliseconds. */
import { ask } from '../wasm/guidance_lab.js';
import { pieces } from './pieces';
import type { FitOptions, Fitted, Roles, Table } from './protocol';

/** Milliseconds of work before others have a turn. */
const SLICE = 10;

/** Rejects with a LabErrorData that names line and column. Roles are those that the columns seem to have, or these. */
export async function fitPoints(
  points: string | Blob,
  wanted: Roles | FitOptions | null | 'table' = null,
): Promise<unknown> {
  let since = performance.now();
  const pause = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
  return ask('fit', [await pieces(points), () => (performance.now() - since < SLICE ? undefined : pause()), wanted]);
}

export const fit = fitPoints as (points: string | Blob, roles?: Roles | FitOptions | null) => Promise<Fitted>;

export const tableOf = (points: string | Blob): Promise<Table> => fitPoints(points, 'table') as Promise<Table>;
