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
