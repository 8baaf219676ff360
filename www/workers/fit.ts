/** What the worker fetches to have a mixture made of labelled points; gives way every few milliseconds. */
import { ask } from '../wasm/guidance_lab.js';
import { pieces } from './pieces';
import type { Fitted } from './protocol';

/** Milliseconds of work before others have a turn. */
const SLICE = 10;

/** Rejects with a LabErrorData that names line and field. */
export function fitText(text: string): Promise<Fitted> {
  let since = performance.now();
  const pause = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
  return ask('fit', [pieces(text), () => (performance.now() - since < SLICE ? undefined : pause())]);
}
