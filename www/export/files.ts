/** Files for the reader. */
import { LabError } from '../lab/error';
import { PICTURE_TOO_LARGE } from '../words/own-later';
import { fault, saying } from '../words/says';

/** Hands a file to the reader. */
export function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // A slow disk may still be reading it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** A canvas as a PNG. */
export async function png(canvas: HTMLCanvasElement): Promise<Blob> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob) return blob;
  throw new LabError(fault('unsupported', '', saying(PICTURE_TOO_LARGE)));
}
