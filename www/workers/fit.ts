/** What the worker fetches to have a table read, or a mixture made of it; gives way every few milliseconds. */
import type * as wasm from '../wasm/guidance_lab.js';
import { pieces } from './pieces';
import type { FitOptions, FitRound, Fitted, FittedMany, ImageFolder, Roles, Table } from './protocol';

/** Milliseconds of work before others have a turn. */
const SLICE = 10;

type Ask = typeof wasm.ask;

/**
 * Rejects with a LabErrorData that names line and column. Roles are those that the columns seem to have, or these. Who is told of
 * every round has a mixture in many dimensions fitted. It is handed `ask`: a part of a worker that imported from its script would
 * start that twice where it has another address.
 */
export async function fit(
  ask: Ask,
  points: string | Blob | Uint8Array,
  wanted: Roles | FitOptions | ImageFolder | null = null,
  told?: (round: FitRound) => void,
): Promise<Fitted & FittedMany> {
  if (!told) return (await read(ask, points as string | Blob, wanted)) as Fitted & FittedMany;
  const given = points instanceof Uint8Array ? points : await pieces(points);
  return ask('gallery', ['fit', given, pausing(), wanted, told]);
}

export async function tableOf(ask: Ask, points: string | Blob): Promise<Table> {
  return (await read(ask, points, 'table')) as Table;
}

async function read(ask: Ask, points: string | Blob, wanted: unknown): Promise<unknown> {
  return ask('fit', [await pieces(points), pausing(), wanted]);
}

/** Answers with a promise when others are to have their turn. */
function pausing(): () => Promise<void> | undefined {
  let since = performance.now();
  const pause = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
  return () => (performance.now() - since < SLICE ? undefined : pause());
}
