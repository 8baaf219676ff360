/** What follows from a state and is needed in several places. */
import type { State } from '../workers/protocol';

/** 1/p(c): what the mean of 1/p(c|x) is without guidance beyond the plain conditional (arXiv 2505.01382). */
export function reciprocalPrior({ mixture, guidance }: Pick<State, 'mixture' | 'guidance'>): number {
  let prior = 0;
  for (const component of mixture) if (component.class === guidance.target) prior += component.weight;
  return 1 / prior;
}
