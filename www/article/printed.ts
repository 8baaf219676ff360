/** Numbers as the essay prints them: how many digits they have, and another value in the same form. */
import { fixed, formatNumber } from '../words/numbers';

/** Smaller ones are written with a power of ten. */
const SMALLEST = 1e-6;

interface Form {
  percent: boolean;
  decimals: number;
  /** Significant digits. */
  digits: number;
}

function formOf(text: string): Form {
  const plain = text.replace(/[%−,\s]/g, '');
  return {
    percent: text.includes('%'),
    decimals: plain.split('.')[1]?.length ?? 0,
    digits: plain.replace('.', '').replace(/^0+/, '').length,
  };
}

/** What a printed number says, and half of its last digit. */
export function saidBy(text: string): { value: number; half: number } {
  const { percent, decimals } = formOf(text);
  const scale = percent ? 0.01 : 1;
  const value = Number(text.replace('−', '-').replace(/[%,]/g, ''));
  return { value: value * scale, half: 0.5 * 10 ** -decimals * scale };
}

/** Another value with as many significant digits as `text` has; whole numbers stay whole. */
export function like(text: string, value: number): string {
  const { percent, decimals, digits } = formOf(text);
  if (!Number.isFinite(value)) return '–';
  if (percent) return `${fixed(100 * value, decimals)}%`;
  if (decimals === 0) return fixed(value, 0);
  const size = Math.abs(value);
  if (size < SMALLEST) return formatNumber(value, digits);
  // A mean of 1.00 has as many decimals as one of 0.48.
  const wanted = size >= 1 || digits > decimals ? decimals : digits - 1 - Math.floor(Math.log10(size));
  return fixed(value, Math.max(0, wanted));
}
