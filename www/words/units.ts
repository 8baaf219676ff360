/**
 * How the reader counts noise: by the diffusion time t, by the noise-to-signal ratio σ = √(e^2t − 1), or by the share
 * of signal ᾱ = e^−2t. A preference of reading, as the language is: it changes no number that is kept or handed out,
 * and holds for all figures of a page (docs/decisions/0013-units.md).
 */
import { fixed, formatNumber, formatPlain, formatTime } from './numbers';

export type Unit = 'time' | 'sigma' | 'alphabar';

/** What each is called in a formula. */
export const UNITS: Record<Unit, string> = { time: 't', sigma: 'σ', alphabar: 'ᾱ' };

let inUse: Unit = 'time';

/** The unit in use. */
export function unit(): Unit {
  return inUse;
}

/** Uses another unit from now on; what is no unit changes nothing. What is on show is rendered again, as for a language. */
export function setUnit(name: string | null): void {
  if (name === null || name === inUse || !Object.hasOwn(UNITS, name)) return;
  inUse = name as Unit;
  globalThis.dispatchEvent?.(new Event('guidance-lab-language'));
}

/** The unit after the one in use, and after the last the first. */
export function nextUnit(): Unit {
  const names = Object.keys(UNITS) as Unit[];
  return names[(names.indexOf(inUse) + 1) % names.length] as Unit;
}

export function symbol(): string {
  return UNITS[inUse];
}

/** A diffusion time as a number in the unit in use. */
function inUnit(time: number): number {
  return inUse === 'time' ? time : inUse === 'sigma' ? Math.sqrt(Math.expm1(2 * time)) : Math.exp(-2 * time);
}

/** The same for a person. */
export function formatLevel(time: number): string {
  if (inUse === 'sigma') return formatNumber(inUnit(time));
  if (inUse === 'time' || !Number.isFinite(time)) return formatTime(time);
  // Near 1 what is missing to it is the number: two digits of that.
  const missing = -Math.expm1(-2 * time);
  if (missing > 0.1) return formatNumber(inUnit(time));
  return missing === 0 ? '1' : fixed(1 - missing, Math.min(8, 1 - Math.floor(Math.log10(missing))));
}

/** At an axis: no more digits than needed. */
export function formatTick(time: number): string {
  const value = inUnit(time);
  return inUse !== 'time' && (value < 1e-3 || value >= 1e5)
    ? formatLevel(time)
    : formatPlain(Number(value.toPrecision(3)));
}

/** The same as a text with its name: `t = 0.50`, `σ = 1.31`, `ᾱ = 0.368`. */
export function level(time: number): string {
  return `${symbol()} = ${formatLevel(time)}`;
}

/** Round values of the unit in use for an axis, those that matter most first, as times. */
export function roundTimes(): number[] {
  if (inUse === 'sigma') {
    return [1, 10, 100, 0.1, 1e3, 0.5, 2, 5, 0.2, 1e4, 0.01].map((sigma) => Math.log1p(sigma * sigma) / 2);
  }
  if (inUse === 'alphabar') {
    return [0.5, 0.9, 0.1, 0.99, 0.01, 0.2, 0.8, 1e-3, 1e-4, 1e-6].map((share) => -Math.log(share) / 2);
  }
  return [1, 0.1, 0.5, 2, 4, 0.01, 0.2, 0.05, 6, 0.02, 3, 8, 0.001];
}
