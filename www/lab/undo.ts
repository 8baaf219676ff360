/**
 * Undo and redo. What belongs together (a drag, a row of key presses on one control) is one step back.
 */

/** Changes of the same thing within so many milliseconds are one. */
const TOGETHER = 1000;
const MOST = 200;

export class History<T> {
  #past: T[] = [];
  #future: T[] = [];
  #key: string | null = null;
  #at = 0;

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /**
   * `before` is left for another. `key` says what was changed; the same key soon after (or `held`, as
   * long as a pointer is down) goes on with the same step. Without a key it is a step of its own.
   */
  record(before: T, key: string | null, now: number, held = false): void {
    const goesOn = key !== null && key === this.#key && this.#past.length > 0 && (held || now - this.#at < TOGETHER);
    this.#key = key;
    this.#at = now;
    this.#future = [];
    if (goesOn) return;
    this.#past.push(before);
    if (this.#past.length > MOST) this.#past.shift();
  }

  undo(present: T): T | null {
    return this.#move(this.#past, this.#future, present);
  }

  redo(present: T): T | null {
    return this.#move(this.#future, this.#past, present);
  }

  #move(from: T[], to: T[], present: T): T | null {
    const there = from.pop();
    if (there === undefined) return null;
    to.push(present);
    this.#key = null;
    return there;
  }
}

/** The paths that a patch sets, as one word. */
export function pathsOf(patch: unknown, prefix = ''): string {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return prefix;
  return Object.keys(patch)
    .sort()
    .map((key) => pathsOf((patch as Record<string, unknown>)[key], prefix ? `${prefix}.${key}` : key))
    .join(' ');
}
