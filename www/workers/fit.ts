/** What the worker fetches to have a table read, or a mixture made of it; gives way every few milliseconds. */
import type * as wasm from '../wasm/guidance_lab.js';
import { pieces } from './pieces';
import type { FitOptions, Fitted, Roles, Table } from './protocol';

/** Milliseconds of work before others have a turn. */
const SLICE = 10;

type Ask = typeof wasm.ask;

/**
 * Rejects with a LabErrorData that names line and column. Roles are those that the columns seem to have, or these. It is handed
 * `ask`: a part of a worker that imported from its script would start that twice where it has another address.
 */
export async function fit(ask: Ask, points: string | Blob, roles: Roles | FitOptions | null = null): Promise<Fitted> {
  return (await read(ask, points, roles)) as Fitted;
}

export async function tableOf(ask: Ask, points: string | Blob): Promise<Table> {
  return (await read(ask, points, 'table')) as Table;
}

async function read(ask: Ask, points: string | Blob, wanted: Roles | FitOptions | null | 'table'): Promise<unknown> {
  let since = performance.now();
  const pause = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
  return ask('fit', [await pieces(points), () => (performance.now() - since < SLICE ? undefined : pause()), wanted]);
}
