/** The single files carry their wasm modules as deflated base64; here they become what `fetch` would have given. */
const TYPE = { headers: { 'content-type': 'application/wasm' } };

export async function unpack(text: string | undefined): Promise<Response> {
  if (text === undefined) throw new Error('a wasm module is missing from this file');
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(await new Response(stream).arrayBuffer(), TYPE);
}
