/** What the readouts mean and how they are got: fetched when the first one is asked for. */
import { html, nothing, render, type TemplateResult } from 'lit';
import { t } from '../words';
import { tm } from '../words/markup';
import { setUnit, UNITS, type Unit, unit } from '../words/units';

interface Explanation {
  /** English; the catalogues have it under the same words. */
  plain: string;
  formula: TemplateResult;
  estimator: string;
}

const KL = html`<math display="block"
  ><mi>KL</mi><mo stretchy="false">(</mo><mi>t</mi><mo stretchy="false">)</mo><mo>=</mo><msub><mi>E</mi><mrow><mi>x</mi><mo>∼</mo><msub><mi>p</mi><mi>t</mi></msub></mrow></msub
  ><munder><mo>∑</mo><mi>y</mi></munder><mi>p</mi><mo stretchy="false">(</mo><mi>y</mi><mo stretchy="false">|</mo><mi>x</mi><mo stretchy="false">)</mo><mi>log</mi
  ><mfrac><mrow><mi>p</mi><mo stretchy="false">(</mo><mi>y</mi><mo stretchy="false">|</mo><mi>x</mi><mo stretchy="false">)</mo></mrow><mrow><mover><mi>p</mi><mo>^</mo></mover><mo stretchy="false">(</mo><mi>y</mi><mo stretchy="false">|</mo><mi>x</mi><mo stretchy="false">)</mo></mrow></mfrac
></math>`;

const MSE = html`<math display="block"
  ><mi>MSE</mi><mo>=</mo><msub><mi>E</mi><mrow><mi>x</mi><mo>∼</mo><msub><mi>p</mi><mi>t</mi></msub><mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">|</mo><mi>c</mi><mo stretchy="false">)</mo></mrow></msub
  ><msup><mrow><mo stretchy="false">|</mo><mo>∇</mo><mi>log</mi><mover><mi>p</mi><mo>^</mo></mover><mo stretchy="false">(</mo><mi>c</mi><mo stretchy="false">|</mo><mi>x</mi><mo stretchy="false">)</mo><mo>−</mo><mo>∇</mo><mi>log</mi><mi>p</mi><mo stretchy="false">(</mo><mi>c</mi><mo stretchy="false">|</mo><mi>x</mi><mo stretchy="false">)</mo><mo stretchy="false">|</mo></mrow><mn>2</mn></msup
></math>`;

/** By unit: in the latter two the same number from the noise that is predicted, `ε = −√(1 − ᾱ) ∇ log p`. */
const ERROR: Record<Unit, TemplateResult> = {
  time: MSE,
  sigma: html`<math display="block"
    ><mi>MSE</mi><mo>=</mo><mfrac><mrow><mn>1</mn><mo>+</mo><msup><mi>σ</mi><mn>2</mn></msup></mrow><msup><mi>σ</mi><mn>2</mn></msup></mfrac><msub><mi>E</mi><mrow><mi>x</mi><mo>∼</mo><msub><mi>p</mi><mi>t</mi></msub><mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">|</mo><mi>c</mi><mo stretchy="false">)</mo></mrow></msub
    ><msup><mrow><mo stretchy="false">|</mo><mover><mi>ε</mi><mo>^</mo></mover><mo stretchy="false">(</mo><mi>x</mi><mo>,</mo><mi>c</mi><mo stretchy="false">)</mo><mo>−</mo><mi>ε</mi><mo stretchy="false">(</mo><mi>x</mi><mo>,</mo><mi>c</mi><mo stretchy="false">)</mo><mo stretchy="false">|</mo></mrow><mn>2</mn></msup
  ></math>`,
  alphabar: html`<math display="block"
    ><mi>MSE</mi><mo>=</mo><mfrac><mn>1</mn><mrow><mn>1</mn><mo>−</mo><mi>ᾱ</mi></mrow></mfrac><msub><mi>E</mi><mrow><mi>x</mi><mo>∼</mo><msub><mi>p</mi><mi>t</mi></msub><mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">|</mo><mi>c</mi><mo stretchy="false">)</mo></mrow></msub
    ><msup><mrow><mo stretchy="false">|</mo><mover><mi>ε</mi><mo>^</mo></mover><mo stretchy="false">(</mo><mi>x</mi><mo>,</mo><mi>c</mi><mo stretchy="false">)</mo><mo>−</mo><mi>ε</mi><mo stretchy="false">(</mo><mi>x</mi><mo>,</mo><mi>c</mi><mo stretchy="false">)</mo><mo stretchy="false">|</mo></mrow><mn>2</mn></msup
  ></math>`,
};

const QUADRATURE =
  'By numerical integration of the closed forms; relative error below 10⁻⁸ unless the figure says otherwise.';

/** By readout. */
export const EXPLANATIONS: Record<string, Explanation> = {
  kl: {
    plain:
      'How far the classifier’s probabilities are from the true ones, on average over all noised points at this time, in nats. It is the part of the cross-entropy loss that training can still remove: a classifier with a tiny value looks almost perfect to its training loss.',
    formula: KL,
    estimator: QUADRATURE,
  },
  mse: {
    plain:
      'How far the classifier’s gradient, which is all that the sampler uses, is from the true one: the mean square difference over points of the target class at this time. The percentage compares its root with the root mean square of the true guidance at the same time; above 100% the error is larger than the signal. Early in the run, where the true guidance is nearly zero, the percentage can reach thousands; at the end it can be small although the harm is done.',
    get formula() {
      return ERROR[unit()];
    },
    estimator: QUADRATURE,
  },
  ratio: {
    plain:
      'For classifiers as smooth as the truth this ratio is bounded: a small KL then does force a small guidance error (arXiv 2601.21200, theorem 3.3). If it grows as the wiggle gets faster, smoothness is what is missing.',
    formula: html`<math display="block"
      ><mfrac><mi>MSE</mi><mrow><mi>d</mi><msqrt><mi>KL</mi></msqrt></mrow></mfrac
    ></math>`,
    estimator: 'From the two numbers to its left; *d* is the dimension.',
  },
  sampling: {
    plain:
      'How far the particles of a lane are from the target class’s exact distribution p(x|c) at this time, in nats. With γ = 1 and the exact classifier it is near 0. With a larger guidance scale it grows for every classifier: guidance is then not meant to sample p(x|c).',
    get formula() {
      return html`<math display="block"
      ><mi>KL</mi><mo stretchy="false">(</mo><mtext>${t('samples')}</mtext><mo stretchy="false">‖</mo><msub><mi>p</mi><mi>t</mi></msub><mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">|</mo><mi>c</mi><mo stretchy="false">)</mo><mo stretchy="false">)</mo></math
    >`;
    },
    estimator:
      'From the histogram of the particles, corrected for the number of bins; ± is one standard error. A perfect sampler with as many particles scores 0 within the noise floor (listed under All measures).',
  },
  reciprocal: {
    plain:
      'The average, over the particles, of one over the true probability of the target class. In conditional sampling (γ = 1) it stays at 1/p(c) for the whole run; guidance with the exact classifier and γ above 1 lowers it (arXiv 2505.01382). It is an average: single particles may still get worse.',
    formula: html`<math display="block"
      ><mi>E</mi><mo stretchy="false">[</mo><mn>1</mn><mo stretchy="false">/</mo><msub><mi>p</mi><mi>t</mi></msub><mo stretchy="false">(</mo><mi>c</mi><mo stretchy="false">|</mo><msub><mi>Y</mi><mi>t</mi></msub><mo stretchy="false">)</mo><mo stretchy="false">]</mo></math
    >`,
    estimator:
      'Mean over the particles; ± is one standard error, from their variance. The exact p at the present time is used for every lane.',
  },
  improved: {
    plain:
      'The share of particles whose true class probability is at least that of the same particle (same start, same noise) in conditional sampling, γ = 1. Guidance improves an average; below 100% it makes some samples worse.',
    formula: html`<math display="block"
      ><mi>P</mi><mo stretchy="false">(</mo><mi>p</mi><mo stretchy="false">(</mo><mi>c</mi><mo stretchy="false">|</mo><msup><mi>Y</mi><mi>γ</mi></msup><mo stretchy="false">)</mo><mo>≥</mo><mi>p</mi><mo stretchy="false">(</mo><mi>c</mi><mo stretchy="false">|</mo><msup><mi>Y</mi><mn>1</mn></msup><mo stretchy="false">)</mo><mo stretchy="false">)</mo></math
    >`,
    estimator: 'A share of the particles; ± is one standard error. Needs the lane “conditional”.',
  },
  weights: {
    plain:
      'The lane “corrected” moves as exact guidance does, and gives each particle a weight that makes up for the difference to the tilted density. The effective sample size says how unequal the weights are; when it falls below a half, particles are drawn anew by their weights, heavy ones several times, light ones not at all, and it begins again at 100%. Copies then share their past: the lineages say how many first particles the lane still stands for. Where few are left, the weights have a heavy tail, and the lane’s error bars are too small.',
    formula: html`<math display="block"
      ><mfrac><msup><mrow><mo stretchy="false">(</mo><mo>∑</mo><mi>W</mi><mo stretchy="false">)</mo></mrow><mn>2</mn></msup><mrow><mo>∑</mo><msup><mi>W</mi><mn>2</mn></msup></mrow></mfrac><mo>,</mo><mspace width="1em" /><mi>d</mi><mi>log</mi><mi>W</mi><mo>=</mo><mi>γ</mi><mo stretchy="false">(</mo><mi>γ</mi><mo>−</mo><mn>1</mn><mo stretchy="false">)</mo><msup><mrow><mo stretchy="false">|</mo><mo>∇</mo><mi>log</mi><mi>p</mi><mo stretchy="false">(</mo><mi>c</mi><mo stretchy="false">|</mo><mi>Y</mi><mo stretchy="false">)</mo><mo stretchy="false">|</mo></mrow><mn>2</mn></msup><mi>d</mi><mi>τ</mi
    ></math>`,
    estimator:
      'From the weights, added up along each path by the trapezoid rule. Its histogram and its numbers are those of particles drawn by the weights; their ± is one standard error, from the scatter of the lineages. The paths are those of the particles and their forebears.',
  },
  tail: {
    plain:
      'The standard error is above a tenth of the mean: a few particles that ended where the class is very unlikely make up most of this average. Where 1/p has such a tail, the mean is usually too low and its error bar cannot be trusted; other seeds will give quite different numbers. The preset “A class with two peaks” has a bounded 1/p: there this average can be trusted.',
    formula: html``,
    estimator: 'Shown where the standard error of the mean over the particles exceeds 10% of it.',
  },
  speed: {
    plain:
      'Where the particles are computed, and how many millions of particle steps per second, all lanes together. If the browser cannot keep up, only the first particles are animated; the others follow when the run stops.',
    formula: html``,
    estimator:
      'Measured in the last piece of work. It says nothing about the numbers: both engines use the same noise.',
  },
};

/** Opens a panel below the charts. */
function button(key: string, panel: string, words: string): TemplateResult {
  return html`<button
    type="button"
    class="speed"
    popovertarget=${`about-${key}`}
    popovertargetaction="hide"
    data-panel=${panel}
  >
    ${words}
  </button>`;
}

/** What each unit is, and what its ends are. */
const LEVELS: Record<Unit, { plain: string }> = {
  time: {
    plain:
      'The time *t* of the diffusion: a datum is shrunk by e^−*t* and noised to the variance 1 − e^−2*t*. Data are at *t* = 0.',
  },
  sigma: {
    plain:
      'σ = √(e^2*t* − 1) is how large the noise is beside the datum, as in EDM (arXiv 2206.00364). Data are at σ = 0; it grows as e^*t* without end, to 2,981 at *t* = 8.',
  },
  alphabar: {
    plain:
      'ᾱ = e^−2*t*, as in DDPM (arXiv 2006.11239): a datum is multiplied by √ᾱ, and 1 − ᾱ is the variance of the noise. Data are at ᾱ = 1; a long run starts next to 0, at 1.1 × 10⁻⁷ for *t* = 8.',
  },
};

/** The formulas that have noise levels in them. */
const READ = ['kl', 'mse', 'ratio'];

/** The switch between the units, and what the one in use is. */
function reading(key: string): TemplateResult {
  const use = (name: string) => (event: Event) => {
    const about = (event.currentTarget as HTMLElement).closest<HTMLElement>('.about');
    setUnit(name);
    if (about) render(explanation(key), about);
  };
  return html`<p class="units" role="group" aria-label=${t('Noise level, read as')}>
      ${t('Noise level, read as')}
      ${Object.entries(UNITS).map(
        ([name, symbol]) =>
          html`<button type="button" class="speed" aria-pressed=${name === unit() ? 'true' : 'false'} @click=${use(name)}>${symbol}</button>`,
      )}
    </p>
    <p class="hint">${tm(LEVELS[unit()].plain)}</p>
    ${key === 'mse' && unit() !== 'time' ? html`<p class="hint">${tm(EPSILON.plain)}</p>` : nothing}`;
}

const EPSILON = {
  plain:
    'ε(x) = −√(1 − ᾱ) ∇ log p(x) is the noise that image models predict; ε(x, c) is the one of class c, and ε̂(x, c) what the classifier makes of it, each with guidance scale 1. The factor in front keeps the number what it is. Without noise (*t* = 0, σ = 0, ᾱ = 1) there is nothing to predict: there only the gradients mean something.',
};

/** The text about a readout. */
export function explanation(key: string): TemplateResult {
  const { plain, formula, estimator } = EXPLANATIONS[key] as Explanation;
  return html`<p>${tm(plain)}</p>
    ${formula} ${READ.includes(key) ? reading(key) : nothing}
    <p class="hint">${tm(estimator)}</p>
    ${READ.includes(key) ? button(key, 'diagnosis', t('Diagnosis over the whole run')) : nothing}
    ${key === 'improved' ? button(key, 'losers', t('Show those that lose')) : nothing}
    ${key === 'weights' ? button(key, 'measures', t('The effective sample size over the run')) : nothing}
    ${key === 'sampling' ? button(key, 'measures', t('All measures of the samples')) : nothing}`;
}
