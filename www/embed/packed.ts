/** The single files carry their wasm modules as deflated base64; here they become what `fetch` would have given. */
const TYPE = { headers: { 'content-type': 'application/wasm' } };

export async function unpack(text: string | undefined): Promise<Response> {
  if (text === undefined) throw new Error('a wasm module is missing from this file');
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  // Not by way of a Blob: from disk, browsers refuse to read one back.
  const { readable, writable } = new DecompressionStream('deflate-raw');
  const writer = writable.getWriter();
  const written = writer.write(bytes).then(() => writer.close());
  const [unpacked] = await Promise.all([new Response(readable).arrayBuffer(), written]);
  return new Response(unpacked, TYPE);
}
