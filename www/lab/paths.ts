/** Dotted paths into plain JSON objects, and the deep merge of a patch. */

export type Plain = Record<string, unknown>;

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function getPath(root: unknown, path: string): unknown {
  let value = root;
  for (const key of path.split('.')) {
    if (!isPlain(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** Sets `root.a.b.c`, making objects on the way. `__proto__` and friends are refused. */
export function setPath(root: Plain, path: string, value: unknown): void {
  const keys = path.split('.');
  if (keys.some((key) => key === '__proto__' || key === 'constructor' || key === 'prototype' || key === '')) return;
  let object = root;
  for (const key of keys.slice(0, -1)) {
    const next = Object.hasOwn(object, key) ? object[key] : undefined;
    if (isPlain(next)) object = next;
    else {
      const made: Plain = {};
      object[key] = made;
      object = made;
    }
  }
  object[keys[keys.length - 1] as string] = value;
}

export function patchOf(path: string, value: unknown): Plain {
  const patch: Plain = {};
  setPath(patch, path, value);
  return patch;
}

/**
 * A copy of `base` with `patch` laid over it. Arrays are replaced whole; so is an object whose `kind`
 * changes, since the fields of another kind mean nothing to the new one.
 */
export function mergeDeep<T>(base: T, patch: unknown): T {
  if (!isPlain(base) || !isPlain(patch)) return structuredClone(patch) as T;
  const fresh = 'kind' in patch && 'kind' in base && patch.kind !== base.kind;
  const merged: Plain = fresh ? {} : { ...base };
  for (const [key, value] of Object.entries(patch)) {
    if (key === '__proto__' || value === undefined) continue;
    merged[key] = isPlain(value) && isPlain(merged[key]) ? mergeDeep(merged[key], value) : structuredClone(value);
  }
  return merged as T;
}

export function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => equal(item, b[index]));
  }
  if (!isPlain(a) || !isPlain(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}
