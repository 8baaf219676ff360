/** States with nothing rare in them, for tests of what is done with states. */
import type { State } from '../../www/workers/protocol';

/** Without a rule. */
export const GUIDANCE: State['guidance'] = {
  target: 1,
  gamma: 1,
  from: 0,
  to: 8,
  adaptive: 0,
  outside: 1,
  sigmaPower: 0,
  clip: null,
  schedule: 'constant',
  parallel: 1,
  rescale: 0,
  threshold: null,
  at: 'present',
  guide: 'classifier',
};

export const STATE: State = {
  version: 1,
  mixture: [
    { weight: 0.5, mean: [1], covariance: [[0.25]], class: 1 },
    { weight: 0.5, mean: [-1], covariance: [[0.25]], class: 0 },
  ],
  labels: [],
  process: { horizon: 8, stop: 0.01, steps: 400, grid: 'quadratic', sampler: 'ddim' },
  guidance: GUIDANCE,
  score: { kind: 'exact' },
  classifier: {
    kind: 'wiggle',
    form: 'probability',
    frequency: 24,
    amplitude: { law: 'inverse', scale: 2 },
    smoothing: 0,
  },
  compare: ['exact'],
  particles: 20000,
  seed: 1,
  view: { field: 'tested', lane: 'tested', layout: 'auto', against: 'exact' },
};
