/** The last verdict on each claim, kept in this browser alone. */
import type { Size } from '../workers/sweep-protocol';

const KEY = 'guidance-lab verdicts';

export interface Remembered {
  agrees: boolean;
  size: Size;
  /** Milliseconds since 1970. */
  at: number;
}

function all(): Record<string, unknown> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>) : {};
  } catch {
    // Storage may be forbidden, or hold what is no JSON.
    return {};
  }
}

export function recall(name: string): Remembered | null {
  const kept = all();
  const found = Object.hasOwn(kept, name) ? (kept[name] as Partial<Remembered> | null) : null;
  if (!found || typeof found.agrees !== 'boolean' || !Number.isFinite(found.at)) return null;
  return { agrees: found.agrees, at: found.at as number, size: found.size === 'small' ? 'small' : 'default' };
}

export function remember(name: string, verdict: Remembered): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...all(), [name]: verdict }));
  } catch {
    // Then nobody remembers it.
  }
}
