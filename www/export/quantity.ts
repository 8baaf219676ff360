/** Names of quantities as people write them. They come as plain text: `W_1`, `n^-2`. */
import { called } from '../words';
import { superscript } from '../words/numbers';
import type { Quantity } from '../workers/sweep-protocol';

/** `n^-2`, `W_1` and `sqrt` as they are written by hand. */
const GREEK: Readonly<Record<string, string>> = { gamma: 'γ', lambda: 'λ', sigma: 'σ' };

export function pretty(words: string): string {
  return words
    .replace(/(\w)\^-1\/2\b/g, '1/√$1')
    .replace(/\^(-?\d+)(?![\da-z/]|\.\d)/g, (_, exponent: string) => superscript(Number(exponent)))
    .replace(/_(\d)/g, (_, digit: string) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)] as string)
    .replace(/\bsqrt /g, '√')
    .replace(/\bpi_c\b/g, 'π_c')
    .replace(/\b(?:gamma|lambda|sigma)\b/g, (name) => GREEK[name] as string)
    .replace(/-(?=0\.?0*(?![\d.]))/g, '')
    .replace(/(\d)e-(\d+)/g, (_, digit: string, exponent: string) => `${digit} × 10${superscript(-Number(exponent))}`)
    .replace(/ - /g, ' − ')
    .replace(/(^|[\s(^=])-(?=[\d.])/g, '$1−');
}

export function unitOf({ unit }: Quantity): string {
  return unit === '1' ? '' : pretty(called(unit));
}

/** As the beginning of a line; symbols stay as they are. */
export function capital(words: string): string {
  return words.replace(/^[a-z](?=[a-z]{2})/, (letter) => letter.toUpperCase());
}

/** `KL (nats)` */
export function named(quantity: Quantity): string {
  const unit = unitOf(quantity);
  return `${pretty(called(quantity.name))}${unit ? ` (${unit})` : ''}`;
}
