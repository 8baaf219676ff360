/** What follows from a state and is needed in several places. */
import type { State } from '../workers/protocol';

type Sampler = State['process']['sampler'];

/** Whether a sampler draws noise on the way. */
const KINDS: Record<Sampler, 'ode' | 'sde'> = {
  'ode-exponential': 'ode',
  ddim: 'ode',
  heun: 'ode',
  'cfg++': 'ode',
  exponential: 'sde',
  ddpm: 'sde',
  'euler-maruyama': 'sde',
};

export function isOde(sampler: Sampler): boolean {
  return KINDS[sampler] === 'ode';
}

/** 1/p(c): what the mean of 1/p(c|x) is without guidance beyond the plain conditional (arXiv 2505.01382). */
export function reciprocalPrior({ mixture, guidance }: Pick<State, 'mixture' | 'guidance'>): number {
  let prior = 0;
  for (const component of mixture) if (component.class === guidance.target) prior += component.weight;
  return 1 / prior;
}
