/** The picture in a sentence or two: its label for those who do not see it. */

import { aboutClassifier } from '../controls/classifier';
import { comparison, type Subject } from '../painter/subject';
import { LANE_STYLES } from '../painter/theme';
import { t } from '../words';
import { formatNumber, formatTime } from '../words/numbers';

export function summary(subject: Subject | null): string {
  if (!subject) return t('The figure is being set up.');
  const { state } = subject;
  const { classifier } = state;
  const head =
    subject.domain.dimension === 1
      ? t(
          'Paths of particles from noise to data, their histogram against the exact densities, and the exact and tested guidance, over one axis x.',
        )
      : t(
          'Density of the particles in the plane over contours of the target class, with guidance arrows and marginal histograms.',
        );
  const values = { gamma: formatNumber(state.guidance.gamma, 3), time: formatTime(subject.time) };
  const guided =
    classifier.kind === 'exact'
      ? t('Guided by the exact classifier with guidance scale {gamma}; time {time}.', values)
      : classifier.kind === 'wiggle'
        ? t('Guided by a classifier with a wiggle of frequency {n} with guidance scale {gamma}; time {time}.', {
            ...values,
            n: formatNumber(classifier.frequency, 3),
          })
        : aboutClassifier(state);
  const tested = subject.frame?.lanes.find((lane) => lane.name === 'tested');
  const mean = tested
    ? t('Mean of the tested particles: {mean}.', {
        mean: tested.mean.map((value) => formatNumber(value, 3)).join(', '),
      })
    : '';
  const { beside } = comparison(state);
  const lanes =
    beside.length > 1
      ? t('Side by side: {lanes}.', { lanes: beside.map((name) => t(LANE_STYLES[name].short)).join(t(', ')) })
      : '';
  return [head, lanes, guided, mean].filter(Boolean).join(t(' '));
}
