/** A learned score: its network and a weaker one, what guides, and the training of both. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Lab } from '../lab/lab';
import { type Course, networkOf } from '../lab/networks';
import { partsOf } from '../lab/parts';
import { patchOf } from '../lab/paths';
import { say, t } from '../words';
import { formatCount, formatNumber } from '../words/numbers';
import type { Patch, Score, State } from '../workers/protocol';
import { explain, limits, slider } from './inputs';

type Learned = Extract<Score, { kind: 'learned' }>;

/** What choosing it first sets: small enough to be trained in seconds, and for all times that the run asks about. */
export const FIRST: Patch<Learned> = {
  kind: 'learned',
  recipe: { hidden: [32, 32], noise: [0.01, 8], batch: 256, steps: 3000 },
  weaker: { hidden: [8], steps: 500 },
};

export function learnedScore(score: Learned, lab: Lab, state: State): TemplateResult {
  const weaker = state.guidance.guide === 'weaker';
  const change = (path: string, value: unknown) => lab.change(patchOf(`score.${path}`, value));
  const size = (
    path: 'recipe' | 'weaker',
    of: Learned['recipe'] | Learned['weaker'],
    neurons: string,
    steps: string,
  ) => {
    const width = of.hidden[0] ?? 1;
    return html`${slider({
      id: `score-${path}-width`,
      label: neurons,
      name: neurons,
      value: width,
      ...limits(lab, 'classifier.recipe.hidden', 1, 128),
      scale: 'log',
      integer: true,
      input: (value) => change(`${path}.hidden`, Array(Math.max(1, of.hidden.length)).fill(value)),
    })}
    ${slider({
      id: `score-${path}-steps`,
      label: steps,
      name: steps,
      value: of.steps,
      ...limits(lab, 'classifier.recipe.steps', 25, 20_000),
      scale: 'log',
      integer: true,
      input: (value) => change(`${path}.steps`, value),
    })}`;
  };
  return html`${size('recipe', score.recipe, t('Neurons in each layer of the score'), t('Steps of training of the score'))}
    ${weaker ? size('weaker', score.weaker, t('Neurons of the weaker model'), t('Steps of training of the weaker model')) : nothing}
    ${
      state.guidance.guide === 'classifier'
        ? nothing
        : html`<div class="field">
            <label class="check"
              ><input
                type="checkbox"
                id="score-exact"
                .checked=${live(score.exact)}
                @change=${({ target }: Event) => change('exact', (target as HTMLInputElement).checked)}
              />
              ${t('The score itself is exact')}</label
            >
          </div>`
    }
    ${training(lab)}`;
}

/** How the networks of the score stand: that which is trained, or else the first that is not, or the first. */
function courses(state: State): (Course | null)[] {
  const found = partsOf(state).filter(({ classifier }) => classifier.kind !== 'learned');
  return found.map((part) => networkOf(part)?.course ?? null);
}

function standing(all: (Course | null)[], course: Course | null): string {
  if (course?.phase === 'training') return t('It learns, and the particles follow what it has learned so far.');
  if (course?.phase === 'paused') return t('Paused. The particles follow what it has learned so far.');
  if (course === null) return t('Not trained yet: its score is that of the noise, −x.');
  if (course.outcome === 'failed') return course.trouble ? say(course.trouble) : t('The training failed.');
  return t('Trained for {steps} steps; its mean square error is {error}, in units of the noise.', {
    steps: all.map((each) => formatCount(each?.step ?? 0)).join(' + '),
    error: all.map((each) => formatNumber(each?.kl ?? Number.NaN, 2)).join(', '),
  });
}

function training(lab: Lab): TemplateResult {
  const all = courses(lab.state);
  if (all.length === 0) return html``;
  const course = all.find((each) => each && each.phase !== 'done') ?? (all.includes(null) ? null : (all[0] ?? null));
  const phase = course?.phase ?? 'done';
  const { train } = lab;
  // A failure is told above the picture.
  const start = () => void train.start().catch(() => {});
  return html`<p class="hint" role="status">${standing(all, course)}</p>
    <div role="group" aria-label=${t('Training of the score')}>
      ${
        phase === 'training'
          ? html`<button type="button" class="speed" aria-label=${t('Pause the training of the score')} @click=${() => train.pause()}>${t('Pause')}</button>`
          : html`<button type="button" class="speed go" @click=${start}>
              ${phase === 'paused' ? t('Go on training the score') : course ? t('Train the score again') : t('Train the score')}
            </button>`
      }
      ${phase === 'done' ? nothing : html`<button type="button" class="speed" @click=${() => train.stop()}>${t('Stop')}</button>`}
      ${explain('learned-score', t('Training of the score'))}
    </div>
    ${
      course === null || phase === 'done'
        ? nothing
        : html`<progress aria-label=${t('Steps of the training of the score')} max=${course.of} .value=${course.step}></progress>`
    }`;
}
