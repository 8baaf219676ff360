/** What is known of a claim before it is measured: whether somebody has proved it, and where its prediction comes from. */
import { html, type TemplateResult } from 'lit';
import { numberLocale, t } from '../words';
import type { About } from '../workers/sweep-protocol';
import type { Remembered } from './memory';

export interface Standing {
  /** In a paper or by a derivation that the docs have; otherwise it is what was seen. */
  proved: boolean;
  /** What predicts the numbers: a formula, a second program of ours, or both. */
  predicts: 'theory' | 'program' | 'both';
}

const of = (proved: boolean, predicts: Standing['predicts']): Standing => ({ proved, predicts });

export const STANDINGS: Readonly<Record<string, Standing>> = {
  counterexample: of(true, 'theory'),
  sampling: of(false, 'theory'),
  tightness: of(true, 'theory'),
  steps: of(false, 'theory'),
  reciprocal: of(true, 'both'),
  'over-time': of(true, 'both'),
  improved: of(false, 'program'),
  diversity: of(false, 'program'),
  'wrong-score': of(false, 'theory'),
  'guidance-error': of(true, 'both'),
  interval: of(false, 'both'),
  adaptive: of(false, 'program'),
  support: of(true, 'theory'),
  ranking: of(false, 'program'),
  paths: of(false, 'theory'),
  corrected: of(false, 'theory'),
  blind: of(false, 'theory'),
  'label-smoothing': of(false, 'theory'),
  smoothing: of(false, 'theory'),
  training: of(false, 'theory'),
};

export function predictor({ predicts }: Standing): string {
  if (predicts === 'theory') return t('The prediction is computed from theory.');
  if (predicts === 'program')
    return t('The prediction is the result of a second program of ours that shares no code with this one.');
  return t('The prediction is computed from theory, and partly by a second program of ours.');
}

/** A source with its papers as links. */
export function sourced(source: string): (string | TemplateResult)[] {
  return source.split(/(arXiv \d{4}\.\d{4,5})/).map((part) => {
    const number = /^arXiv (\S+)$/.exec(part)?.[1];
    return number ? html`<a href=${`https://arxiv.org/abs/${number}`} rel="noopener">${part}</a>` : part;
  });
}

/** Whose a claim is, in a cell of the table. */
export function owner({ source }: About): string {
  const [, paper, part, number = ''] =
    /^(arXiv \d{4}\.\d{4,5})(?:, (section|Theorem|Lemma) ([\d.]*\d))?/.exec(source) ?? [];
  if (!paper) return t('ours');
  if (part === 'section') return t('{paper}, section {number}', { paper, number });
  if (part === 'Theorem') return t('{paper}, Theorem {number}', { paper, number });
  if (part === 'Lemma') return t('{paper}, Lemma {number}', { paper, number });
  return paper;
}

/** What came out the last time, and when. */
export function verdictWords({ agrees, size, at }: Remembered): string {
  const when = new Date(at).toLocaleDateString(numberLocale(), { dateStyle: 'medium' });
  const values = { when, size: size === 'small' ? t('small') : t('full') };
  return agrees ? t('✓ agrees ({size} size, {when})', values) : t('✗ does not agree ({size} size, {when})', values);
}

/** The page of a claim as a reference. */
export function citation({ name, title }: About): string {
  return `@misc{guidancelab-${name},
  title  = {${title}: an experiment of Guidance Lab},
  author = {{The Guidance Lab authors}},
  note   = {Version ${__VERSION__}, experiment ${name}},
}`;
}
