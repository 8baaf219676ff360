/** Hands a file to the reader. */
export function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // A slow disk may still be reading it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
