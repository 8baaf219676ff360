/** Pictures for the reader. */
import { LabError } from '../lab/error';
import { PICTURE_TOO_LARGE } from '../words/own-later';
import { fault, saying } from '../words/says';

/** A canvas as a PNG. */
export async function png(canvas: HTMLCanvasElement): Promise<Blob> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob) return blob;
  throw new LabError(fault('unsupported', '', saying(PICTURE_TOO_LARGE)));
}
