/** What is known of a claim before it is measured: whether somebody has proved it, and where its prediction comes from. */
import { html, type TemplateResult } from 'lit';
import { numberLocale, t } from '../words';
import type { About } from '../workers/sweep-protocol';
import type { Remembered } from './memory';

export interface Standing {
  /** In a paper or by a derivation that the docs have; otherwise it is what was seen. */
  proved: boolean;
  /** What predicts the numbers: a formula, a second program of ours, or both; or they are what was measured before. */
  from: 'theory' | 'program' | 'both' | 'measured';
  /** What is predicted; the verdict judges all of it (docs/experiments.md). */
  predicts: string;
}

export const STANDINGS: Readonly<Record<string, Standing>> = {
  counterexample: {
    proved: true,
    from: 'theory',
    predicts:
      'With a = s/n the KL falls as n^-2 and the guidance error stays. With a slower fall of the amplitude, a = s/√n, the KL falls as n^-1 and the error grows as n; with a faster one, a = s/n^2, they fall as n^-4 and n^-2. Each power to 0.05.',
  },
  sampling: {
    proved: false,
    from: 'theory',
    predicts:
      'From n = 16 on the KL of the classifier and that of the SDE’s samples fall as n^-2, and W_1 of the ODE’s samples stays (powers to 0.05). W_1 of the SDE is below 0.02 of that of the ODE.',
  },
  tightness: {
    proved: true,
    from: 'theory',
    predicts:
      'In d dimensions the KL stays and the error grows as d (powers to 0.05); error/(d sqrt KL) tends to 0.4018.',
  },
  directions: {
    proved: false,
    from: 'theory',
    predicts:
      'From 1 to 128 dimensions the KL stays, and the guidance error grows as d along the diagonal and as d^1/2 in every coordinate, and stays in one (powers to 0.05).',
  },
  'root-kl': {
    proved: true,
    from: 'theory',
    predicts:
      'In 64 dimensions the error falls as the root of the KL for all three waves with bounded second derivatives, and stays where they grow as 1/e (powers to 0.05).',
  },
  bound: {
    proved: false,
    from: 'theory',
    predicts:
      'At every d the error is 0.9 to 1 of its bound. Both grow as d along the diagonal and as d^1/2 in every coordinate, and stay in one (powers to 0.05).',
  },
  steps: {
    proved: false,
    from: 'theory',
    predicts:
      'On the graded grids the KL falls as N^-2 (power to 0.05). On the uniform grid it is at least 5 times larger.',
  },
  'step-count': {
    proved: false,
    from: 'theory',
    predicts: 'On both grids the number of steps grows as d^1/2 (power to 0.05).',
  },
  reciprocal: {
    proved: true,
    from: 'both',
    predicts:
      'The particles’ average is that of the exact law of the same sampler, within 4 standard errors. In continuous time the average is 2 at w = 0 and falls in w.',
  },
  'over-time': {
    proved: true,
    from: 'both',
    predicts:
      'At w = 0 the average is 2 all the time. At w = 1, 3 and 10 it falls with every step, to 1.883, 1.655 and 1.191 at the end. The particles agree within 4 standard errors.',
  },
  improved: {
    proved: false,
    from: 'program',
    predicts:
      'At w = 0.5, 1, 3 and 10 a share of 0.877, 0.883, 0.909 and 0.982 of the particles improves, within 4 standard errors and 0.002. The average stays below 2.',
  },
  diversity: {
    proved: false,
    from: 'program',
    predicts:
      'At w = 1 and 3 the variance is 0.672 and 0.536, and the KL from the tilted density 0.030 and 0.143. Entropy falls in w, the KL rises.',
  },
  'wrong-score': {
    proved: false,
    from: 'theory',
    predicts:
      'The average is the integral of its rate over the run, to 5e-5. With a score that is shifted by 1 it ends above 2, its value without guidance.',
  },
  'guidance-error': {
    proved: true,
    from: 'both',
    predicts:
      'The KL of the samples is below the bound for every error: above a twentieth of it for a smooth error, below 0.002 of it for a fast wiggle.',
  },
  copies: {
    proved: true,
    from: 'theory',
    predicts:
      'The exact KL is 0.85 to 1 of the summed guidance error. Ranges around what was measured: the estimate from particles is at most 0.05 below the exact KL and 0.4 above it (as shares of the KL); at the largest d a quarter of the particles has a bias that is 0.05 to 0.5 larger; the sliced W_1 is between 0.2 and 0.4.',
  },
  interval: {
    proved: false,
    from: 'both',
    predicts:
      'Where guidance ends early, E[1/p] at the end is that at the switch, to 1e-5. Guidance that ends at t = 0.5 improves 0.7735 of the particles; late guidance improves more than early, wherever the switch is.',
  },
  adaptive: {
    proved: false,
    from: 'program',
    predicts:
      'At the same average of 1/p, the fading scale leaves W_1 and the entropy smaller than the constant one, and the share of improved particles no smaller.',
  },
  support: {
    proved: true,
    from: 'theory',
    predicts:
      'At w = 1 and 10 the median is 1.72 and 2.00 in the bounded class, whose samples stay between 1 and 2, and 1.56 and 3.72 with Gaussian tails. There the shift from 1 grows as w^1/2 from w = 100 on (power to 0.01), in the end as 0.9333 sqrt w.',
  },
  tails: {
    proved: false,
    from: 'theory',
    predicts:
      'For the data in the ball no draw has guidance longer than 4.967, and from d = 16 on its root mean square stays. With Gaussian tails it grows as d^1/2 (powers to 0.05), with the factor of the formula to 2%.',
  },
  overshoot: {
    proved: false,
    from: 'both',
    predicts:
      'The overshoot is 0.613 at d = 1 and 0.649 at d = 4, 16, 64 and 256, to 6e-4. From d = 4 on its share of the root of d falls as d^-1/2 (power to 0.01).',
  },
  ranking: {
    proved: false,
    from: 'program',
    predicts:
      'The wiggle has 0.0255 of the KL of the classifier that is tempered by a half, and 16.56 times its guidance error. It does more harm in the ODE, and less than a tenth in the SDE. No rank correlation of the KL with the error or with a harm reaches 0.8.',
  },
  paths: {
    proved: false,
    from: 'theory',
    predicts:
      'At γ = 1 the paths under the exact classifier are those of conditional sampling to 1e-9, at every distance of the classes. Under the others they differ by more than 0.01.',
  },
  corrected: {
    proved: false,
    from: 'theory',
    predicts:
      'The distance of the corrected samples falls as the number of particles to the power -0.5 (to 0.1), at the most particles below 0.05. Plain guidance stays 0.15 to 0.25 away.',
  },
  blind: {
    proved: false,
    from: 'theory',
    predicts:
      'At t = 0.5 the KL is 0.536 and the guidance error 8.97. From t = 4 on the error’s share of the guidance grows as e^2t (power to 0.02). W_1 is 0.25 to 0.6 in the ODE, 0.04 to 0.1 in the SDE.',
  },
  'label-smoothing': {
    proved: false,
    from: 'theory',
    predicts: 'The samples are W_1 = e from the class in both processes, to 2e-4, and nothing from the closed form.',
  },
  smoothing: {
    proved: false,
    from: 'theory',
    predicts:
      'The logarithms of KL and guidance error fall as n^2 s^2, to 0.002. In the ODE W_1 falls below a twentieth.',
  },
  schedule: {
    proved: false,
    from: 'theory',
    predicts:
      'The distance from the constant scale falls with the horizon as T^-1 (linear) and T^-2 (cosine) on a uniform grid, on a quadratic one as T^-0.5 and T^-1 (powers to 0.12).',
  },
  autoguidance: {
    proved: false,
    from: 'both',
    predicts:
      'On one Gaussian the closed form, to 1e-6. On three components W_1 falls from 0.0744 at w = 0 to 0.0266 at w = 1, and is back at 0.0771 at w = 4 (to 5e-4).',
  },
  'cfg-plus-plus': {
    proved: false,
    from: 'program',
    predicts:
      'The mean of the samples is 1.055 at 10 steps, 2.143 at 100 and 4.738 at 1000, to 6e-4. That of DDIM moves by at most 0.02 over the last steps.',
  },
  training: {
    proved: false,
    from: 'theory',
    predicts:
      'The error of the plain network falls as the KL to a power of 0.5 to 1.2, that with random features to a power of -0.5 to 0.5. At the least KL the second is 10 to 100 times the first. Every error is below its bound.',
  },
  ablation: {
    proved: false,
    from: 'measured',
    predicts:
      'The KLs, means over t, are within a factor of 1.5. The error with random features is 6 to 50 times that of the plain network, with a gradient penalty 2 to 8 times and with a curvature ridge 0.5 to 2 times; a bound on the layers leaves 0.4 to 1.1 of it.',
  },
  bandwidth: {
    proved: false,
    from: 'theory',
    predicts:
      'From b = 6 on the error over the KL grows as b^2 (power to 0.2) and is at most 1.2 times 2 b^2. Ranges around what was measured: at b = 1.5, 3, 6, 12 and 24 the error is 0.7 to 1.4, 1 to 4, 4 to 12, 12 to 40 and 40 to 160 times that of the plain network.',
  },
  losses: {
    proved: false,
    from: 'measured',
    predicts:
      'With a curvature ridge cross-entropy has a 15th to a 150th of the error that it has alone, the denoising loss a 20th to a 250th, the Brier loss about as much. With a gradient penalty the error is an 8th to a 60th at 500 points, a 4th to a 15th at 5,000, and about the same at 50,000; the KL is smaller at 500 points and larger from 5,000 on.',
  },
  'data-size': {
    proved: false,
    from: 'theory',
    predicts:
      'KL and guidance error fall as N^-1 (powers to 0.12). On average over the sizes the KL is 0.7 to 1.3 of p/(2N), and the error is 0.6 to 1.6 of 247 times the KL.',
  },
};

export function predictor({ from }: Standing): string {
  if (from === 'theory') return t('The prediction is computed from theory.');
  if (from === 'program')
    return t('The prediction is the result of a second program of ours that shares no code with this one.');
  if (from === 'measured') return t('The ranges are drawn around what was measured before.');
  return t('The prediction is computed from theory, and partly by a second program of ours.');
}

/** What stands beside the measured values, and whether they agree with it. */
export function againstWhat({ name }: About): { column: string; agrees: string; differs: string } {
  const from = STANDINGS[name]?.from;
  if (from === 'program')
    return {
      column: t('Independent program'),
      agrees: t('Agrees with the independent program.'),
      differs: t('Does not agree with the independent program.'),
    };
  if (from === 'measured')
    return {
      column: t('Measured before'),
      agrees: t('Agrees with what was measured before.'),
      differs: t('Does not agree with what was measured before.'),
    };
  return {
    column: from === 'both' ? t('Predicted, or by an independent program') : t('Predicted'),
    agrees: t('Agrees with the prediction.'),
    differs: t('Does not agree with the prediction.'),
  };
}

/** The versions whose sections and theorems are named; a method alone is in any version of its paper. */
const VERSIONS: Readonly<Record<string, number>> = { '2601.21200': 1, '2505.01382': 1 };

function versioned(paper: string): string {
  const version = VERSIONS[paper.replace('arXiv ', '')];
  return version === undefined ? paper : `${paper} v${version}`;
}

/** A source with its papers as links. */
export function sourced(source: string): (string | TemplateResult)[] {
  return source.split(/(arXiv \d{4}\.\d{4,5})/).map((part) => {
    if (!/^arXiv \d/.test(part)) return part;
    const named = versioned(part);
    const address = named.replace(/^arXiv /, '').replace(' ', '');
    return html`<a href=${`https://arxiv.org/abs/${address}`} rel="noopener">${named}</a>`;
  });
}

/** Whose a claim is, in a cell of the table. */
export function owner({ source }: About): string {
  const [, found, part, number = ''] =
    /^(arXiv \d{4}\.\d{4,5})(?:, (section|Theorem|Lemma) ([\d.]*\d))?/.exec(source) ?? [];
  if (!found) return t('ours');
  const paper = versioned(found);
  if (part === 'section') return t('{paper}, section {number}', { paper, number });
  if (part === 'Theorem') return t('{paper}, Theorem {number}', { paper, number });
  if (part === 'Lemma') return t('{paper}, Lemma {number}', { paper, number });
  return paper;
}

/** Whether a claim is proved, seen, or was refuted by the last run in this browser. */
export function standingWords({ name }: About, last: Remembered | null): string {
  if (last && !last.agrees) return t('refuted here');
  return STANDINGS[name]?.proved ? t('proved') : t('seen');
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
