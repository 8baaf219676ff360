/** Temml's own declarations are not among what its package exports to modules. */
declare module 'temml' {
  const temml: { renderToString(source: string, options?: { displayMode?: boolean; annotate?: boolean }): string };
  export default temml;
}
