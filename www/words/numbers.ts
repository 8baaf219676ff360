/** Numbers for people: as many digits as their error allows, `1.6 × 10⁻⁴`, a true minus sign. */

import { numberLocale } from '.';

/** A value and its standard error, as the module measures them. */
interface Estimate {
  estimate: number;
  standardError: number;
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const formats = new Map<string, Intl.NumberFormat>();

/** With so many decimals. */
export function fixed(value: number, decimals: number, grouping = true): string {
  const locale = numberLocale();
  const key = `${locale}${decimals}${grouping}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
      useGrouping: grouping,
    });
    formats.set(key, format);
  }
  const text = format.format(value);
  if (text.startsWith('-')) return /[1-9]/.test(text) ? `−${text.slice(1)}` : text.slice(1);
  return text;
}

export function superscript(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]).join('');
  return exponent < 0 ? `⁻${digits}` : digits;
}

function notFinite(value: number): string {
  if (Number.isNaN(value)) return '–';
  return value > 0 ? '∞' : '−∞';
}

function exponentOf(value: number): number {
  return value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)) + 1e-12);
}

/** A number known well: `digits` significant ones; powers of ten outside 0.001 to 99,999. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return notFinite(value);
  if (value === 0) return '0';
  let exponent = exponentOf(value);
  // 9.996 with three digits is 10.0.
  if (Math.abs(Number(value.toPrecision(digits))) >= 10 ** (exponent + 1)) exponent += 1;
  if (exponent < -3 || exponent > 4) {
    return `${fixed(value / 10 ** exponent, digits - 1)} × 10${superscript(exponent)}`;
  }
  return fixed(value, Math.max(0, digits - 1 - exponent));
}

/** The decimals that an error leaves: two digits of it if it starts with 1, else one. */
function decimalsFor(error: number): number {
  const exponent = exponentOf(error);
  const leading = Math.floor(error / 10 ** exponent + 1e-9);
  return -exponent + (leading === 1 ? 1 : 0);
}

export interface EstimateText {
  value: string;
  error: string;
  /** A power of ten that both are to be multiplied by. */
  power?: string;
}

/** An estimate and its standard error, both with the decimals that the error allows. */
export function formatEstimate({ estimate, standardError }: Estimate): EstimateText {
  if (!Number.isFinite(estimate)) return { value: notFinite(estimate), error: '' };
  if (!(standardError > 0) || !Number.isFinite(standardError)) return { value: formatNumber(estimate), error: '' };
  const size = Math.max(Math.abs(estimate), standardError);
  const exponent = exponentOf(size);
  if (exponent > 5 || (exponent < -2 && decimalsFor(standardError) > 4)) {
    const scale = 10 ** exponent;
    const decimals = Math.min(6, Math.max(0, decimalsFor(standardError / scale)));
    return {
      value: fixed(estimate / scale, decimals),
      error: fixed(standardError / scale, decimals),
      power: ` × 10${superscript(exponent)}`,
    };
  }
  const decimals = Math.max(0, decimalsFor(standardError));
  // Beyond five decimals nobody reads on.
  if (decimals > 5) return { value: fixed(estimate, 5), error: `<${fixed(1e-5, 5)}` };
  return { value: fixed(estimate, decimals), error: fixed(standardError, decimals) };
}

/** The same in one piece: `0.31 ± 0.02`, `(3.1 ± 0.2) × 10⁻⁵`. */
export function estimateText(value: Estimate): string {
  const { value: text, error, power = '' } = formatEstimate(value);
  if (!error) return text;
  return power ? `(${text} ± ${error})${power}` : `${text} ± ${error}`;
}

/** A power of ten at an axis: plain near 1, else `10⁻⁴`. */
export function powerOfTen(exponent: number): string {
  if (exponent >= -2 && exponent <= 3) return formatPlain(10 ** exponent);
  return `10${superscript(exponent)}`;
}

/** A diffusion time. */
export function formatTime(t: number): string {
  if (!Number.isFinite(t)) return notFinite(t);
  if (t === 0) return '0';
  return fixed(t, t >= 9.995 ? 1 : t >= 0.0995 ? 2 : t >= 0.00095 ? 3 : 4);
}

export function formatCount(value: number): string {
  return fixed(value, 0);
}

/** A number as it stands beside a slider: no more digits than needed. */
export function formatPlain(value: number): string {
  const text = String(Number(value.toPrecision(4)));
  const decimals = /e/.test(text) ? 0 : (text.split('.')[1]?.length ?? 0);
  return /e/.test(text) ? text.replace('-', '−') : fixed(Number(text), decimals, false);
}
