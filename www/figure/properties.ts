/**
 * Paths into the state as properties of the element: `lab['guidance.gamma'] = 3`, `lab.guidance = { gamma: 3 }`.
 * Frameworks set properties that they find on the prototype, so the lists and objects at the top are there from the
 * start, and every other path as soon as the fields are known.
 */

/** The keys of the state but its version. */
export const TOP_PATHS = [
  'mixture',
  'labels',
  'process',
  'guidance',
  'classifier',
  'score',
  'compare',
  'particles',
  'seed',
  'view',
];

export interface HasPaths {
  getPath(path: string): unknown;
  setPath(path: string, value: unknown): void;
}

/** Defines an accessor for each path that is none yet. */
export function definePaths(prototype: HasPaths, paths: Iterable<string>): void {
  for (const path of paths) {
    if (path in prototype) continue;
    Object.defineProperty(prototype, path, {
      configurable: true,
      enumerable: true,
      get(this: HasPaths) {
        return this.getPath(path);
      },
      set(this: HasPaths, value: unknown) {
        this.setPath(path, value);
      },
    });
  }
}

/**
 * Properties that were set before there were accessors hide them: they are set again, those of the top with the
 * element, and dotted ones as soon as the fields are known.
 */
export function upgradePaths(element: object): void {
  const own = element as Record<string, unknown>;
  for (const path of Object.keys(own)) {
    const ours = path === 'state' || path === 'engine' || TOP_PATHS.includes(path.split('.')[0] as string);
    if (!ours || !(path in Object.getPrototypeOf(element))) continue;
    const value = own[path];
    delete own[path];
    own[path] = value;
  }
}

/** Every path that can be a property: the fields' own, and those of the objects that they stand in. */
export function fieldPaths(fields: Iterable<string>): string[] {
  const plain = [...fields].filter((path) => /^[a-zA-Z.]+$/.test(path) && path !== 'version');
  const parents = plain.flatMap((path) => path.split('.').map((_, index, keys) => keys.slice(0, index + 1).join('.')));
  return [...new Set(parents)];
}
