/** Whether a sampler draws noise on the way. */
import type { State } from './protocol';

type Sampler = State['process']['sampler'];

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
