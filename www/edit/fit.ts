/** What the worker fetches to make a mixture of labelled points; gives way every few milliseconds. */
import { readPoints } from './csv';
import { type Fitted, fitPoints } from './em';

const SLICE = 10;

/** Rejects with a LabErrorData that names line and field. */
export async function fitText(text: string): Promise<Fitted> {
  let since = performance.now();
  const pause = async () => {
    if (performance.now() - since < SLICE) return;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
  return fitPoints(await readPoints(text, pause), pause);
}
