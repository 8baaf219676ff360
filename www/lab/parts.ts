/**
 * The networks that a state asks for, each as a state that asks for it alone: of the classifier, of the score, of a weaker
 * score.
 */
import type { Classifier, State } from '../workers/protocol';
import { networkKey } from './networks';

const EXACT: Classifier = { kind: 'exact' };

export function partsOf(state: State): State[] {
  const { classifier, score, guidance } = state;
  if (score.kind !== 'learned') return networkKey(state) === null ? [] : [state];
  const alone = { ...state, guidance: { ...guidance, guide: 'classifier' as const } };
  const parts: State[] = [];
  if (classifier.kind === 'learned') parts.push({ ...alone, score: { kind: 'exact' } });
  const { recipe, weaker, exact } = score;
  const ofScore = (other: Partial<typeof recipe>): State => ({
    ...alone,
    classifier: EXACT,
    score: { ...score, exact: false, recipe: { ...recipe, ...other } },
  });
  if (!exact || guidance.guide === 'pair') parts.push(ofScore({}));
  if (guidance.guide === 'weaker') parts.push(ofScore(weaker));
  return parts;
}
