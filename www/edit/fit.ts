/** What the worker fetches to have a mixture made of labelled points; gives way every few milliseconds. */
import { ask } from '../wasm/guidance_lab.js';
import type { Fitted } from '../workers/protocol';

const SLICE = 10;
/** Characters that are handed over at a time. */
const PIECE = 1 << 16;

/** Gives a text piece by piece, then empty ones. No piece ends within a character. */
export function pieces(text: string): () => string {
  let at = 0;
  return () => {
    const from = at;
    at = Math.min(text.length, at + PIECE);
    const last = text.charCodeAt(at - 1);
    if (at < text.length && last >= 0xd800 && last < 0xdc00) at -= 1;
    return text.slice(from, at);
  };
}

/** Rejects with a LabErrorData that names line and field. */
export function fitText(text: string): Promise<Fitted> {
  let since = performance.now();
  const pause = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
  return ask('fit', [pieces(text), () => (performance.now() - since < SLICE ? undefined : pause())]);
}
