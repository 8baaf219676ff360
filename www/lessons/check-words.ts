/** A check in words and symbols, and its measured values with their errors. */

import { t } from '../words';
import { estimateText, formatNumber } from '../words/numbers';
import type { Estimate, LaneName, Measurement } from '../workers/protocol';
import { NAMES, PICTURE_NAMES, type PictureMeasurement } from './check';

const EXACT: Record<string, () => string> = {
  conditionalKl: () => t('conditional KL'),
  guidanceMse: () => t('guidance error'),
  guidanceMseJoint: () => t('guidance error of all classes'),
  guidanceNorm: () => t('mean square of the guidance'),
  guidanceShare: () => t('guidance error / guidance'),
  guidanceRatio: () => t('guidance error / guidance (root mean square)'),
  guidanceSize: () => t('guidance (root mean square)'),
  peaks: () => t('number of peaks'),
  accuracy: () => t('share of clean images labelled right'),
  time: () => 't',
  step: () => t('step'),
  gamma: () => 'γ',
  steps: () => t('number of steps'),
  frequency: () => 'n',
};
const LANE: Record<string, () => string> = {
  samplingKl: () => t('sampling KL'),
  meanReciprocal: () => 'E[1/p(c|x)]',
  meanLogProbability: () => 'E[log p(c|x)]',
  fractionImproved: () => t('share improved'),
  mean: () => t('mean'),
  variance: () => t('variance'),
  distance: () => t('mean distance of two'),
  components: () => t('components in use, of 50'),
  ruined: () => t('share that is no picture any more'),
};
const LANE_NAMES: Record<LaneName, () => string> = {
  tested: () => t('tested'),
  exact: () => t('exact'),
  unguided: () => t('unguided'),
  conditional: () => t('conditional'),
  corrected: () => t('corrected'),
};

/** What a name of a check is called on the page. */
export function nameInWords(name: string): string {
  const plain = EXACT[name];
  if (plain) return plain();
  const [lane, key, part] = name.split('.') as [LaneName, string, string | undefined];
  const words = t('{what} ({lane})', { what: LANE[key]?.() ?? key, lane: LANE_NAMES[lane]?.() ?? lane });
  return part === 'error' ? t('standard error of {what}', { what: words }) : words;
}

/** A comparison as people write it. */
export function checkInWords(source: string): string {
  return source
    .replace(/[A-Za-z_][\w.]*/g, (name, from: number) => {
      if (name === 'atEnd') return t('the run has finished');
      if (name === 'sqrt') return '√';
      if (name === 'peaks' && source[from + name.length] === '(') return t('number of peaks at ');
      return NAMES.has(name) || PICTURE_NAMES.has(name) ? nameInWords(name) : name;
    })
    .replace(/(\d+\.?\d*)e(-?\d+)/g, (number) => formatNumber(Number(number), 1))
    .replace(/<=/g, '≤')
    .replace(/>=/g, '≥')
    .replace(/==/g, '=')
    .replace(/\*/g, '·')
    .replace(/(^|[\s(<>=])-(?=[\d.\p{L}])/gu, '$1−')
    .replace(/ - /g, ' − ');
}

export function valueInWords(name: string, value: number, measurement: Measurement | PictureMeasurement): string {
  if (!Number.isFinite(value)) return '–';
  if ('values' in measurement) {
    const estimate = measurement.values[name];
    return estimate && estimate.standardError > 0 ? estimateText(estimate) : formatNumber(value, 3);
  }
  const [lane, key, part] = name.split('.') as [LaneName, string | undefined, string | undefined];
  if (key !== undefined && part === undefined && key !== 'mean' && key !== 'variance') {
    const estimate = measurement.lanes[lane]?.[key as 'samplingKl'] as Estimate | null | undefined;
    if (estimate) return estimateText(estimate);
  }
  return formatNumber(value, 3);
}
