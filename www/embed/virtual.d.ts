/** What `vite.single.ts` makes: the wasm modules by file name, and the worker's script. */
declare module 'virtual:packed-wasm' {
  const files: Record<string, string>;
  export default files;
}
declare module 'virtual:worker-text' {
  const text: string;
  export default text;
}
