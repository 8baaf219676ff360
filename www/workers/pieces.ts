/** Bytes that are handed over at a time. */
const PIECE = 1 << 16;

/** The bytes of a text or a file, to be gone through as often as is wanted: piece by piece, then empty ones. */
export async function pieces(points: string | Blob): Promise<() => () => Uint8Array> {
  const bytes = new Uint8Array(await new Blob([points]).arrayBuffer());
  return () => {
    let at = 0;
    return () => {
      const from = at;
      at = Math.min(bytes.length, at + PIECE);
      return bytes.subarray(from, at);
    };
  };
}
