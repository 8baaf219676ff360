/** The score of the lane `tested`, right or wrong, and what guides it: fetched when it is unfolded. */
import { html, nothing, type TemplateResult } from 'lit';
import { patchOf } from '../lab/paths';
import { t } from '../words';
import { tm } from '../words/markup';
import type { Patch, Score } from '../workers/protocol';
import type { Form } from './context';
import { type Choice, choice, limits, slider } from './inputs';
import { FIRST, learnedScore } from './learned-score';
import { whose } from './whose-harm';

export function scoreControls({ lab, state }: Form): TemplateResult {
  const { score, guidance } = state;
  const { dimension } = lab.domain;
  const first: Record<Score['kind'], Patch<Score>> = {
    exact: { kind: 'exact' },
    inflated: { kind: 'inflated', variance: 0.05, weaker: 0.25 },
    shifted: { kind: 'shifted', by: dimension === 1 ? [0.3] : [0.3, 0] },
    scaled: { kind: 'scaled', by: 1.1 },
    learned: FIRST,
  };
  const weaker = guidance.guide === 'weaker';
  const guides = (more: Choice<typeof guidance.guide>[]) =>
    choice(
      'guidance-guide',
      t('Guided by'),
      guidance.guide,
      [{ value: 'classifier', label: t('the classifier') }, { value: 'weaker', label: t('a weaker model') }, ...more],
      (value) => lab.change(patchOf('guidance.guide', value)),
      'autoguidance',
    );
  return html`${choice(
    'score-kind',
    t('Score'),
    score.kind,
    [
      { value: 'exact', label: t('exact') },
      { value: 'inflated', label: t('of a wider mixture') },
      { value: 'shifted', label: t('shifted') },
      { value: 'scaled', label: t('times a factor') },
      { value: 'learned', label: t('a trained network') },
    ],
    // What guides may need the model that was beside the score before.
    (kind) => lab.change({ score: first[kind], ...patchOf('guidance.guide', 'classifier') }),
    'wrong-score score',
  )}
  ${
    score.kind === 'inflated'
      ? html`${slider({
          id: 'score-variance',
          label: html`${tm('Added variance *v*₁')}`,
          name: t('Variance added to the mixture'),
          value: score.variance,
          ...limits(lab, 'score.variance', 0, 1),
          scale: 'square',
          input: (value) => lab.change(patchOf('score.variance', value)),
        })}
        ${guides([])}
        ${
          weaker
            ? slider({
                id: 'score-weaker',
                label: html`${tm('Its added variance *v*₀')}`,
                name: t('Variance added in the weaker model'),
                value: score.weaker,
                ...limits(lab, 'score.weaker', 0, 1),
                scale: 'square',
                input: (value) => lab.change(patchOf('score.weaker', value)),
              })
            : nothing
        }`
      : nothing
  }
  ${
    score.kind === 'shifted'
      ? score.by.map((entry, axis) =>
          slider({
            id: `score-shift-${axis}`,
            label: dimension === 1 ? t('Shift') : html`${tm('Shift along {x}', { x: axis === 0 ? 'x₁' : 'x₂' })}`,
            name: t('Shift of the score, number {number}', { number: axis + 1 }),
            value: entry,
            ...limits(lab, 'score.by', -2, 2),
            step: 0.05,
            input: (value) =>
              lab.change(
                patchOf(
                  'score.by',
                  score.by.map((each, k) => (k === axis ? value : each)),
                ),
              ),
          }),
        )
      : nothing
  }
  ${
    score.kind === 'scaled'
      ? slider({
          id: 'score-factor',
          label: t('Factor'),
          name: t('Factor of the score'),
          value: score.by,
          min: 0.5,
          max: 2,
          step: 0.05,
          input: (value) => lab.change(patchOf('score.by', value)),
        })
      : nothing
  }
  ${
    score.kind === 'learned'
      ? html`${guides([{ value: 'pair', label: t('the pair: with the class less without') }])} ${learnedScore(score, lab, state)}`
      : nothing
  }
  ${score.kind === 'exact' || weaker ? nothing : whose(lab)}
  <p class="formula">
    ${
      guidance.guide === 'pair'
        ? html`<i>ŝ</i> + <i>γ</i> (<i>ŝ</i><sub><i>c</i></sub> − <i>ŝ</i><sub>∅</sub>)`
        : weaker
          ? html`<i>s</i><sub>0</sub> + <i>γ</i> (<i>s</i><sub>1</sub> − <i>s</i><sub>0</sub>)`
          : html`<i>ŝ</i> + <i>γ</i> ∇ log <i>p̂</i>(<i>c</i>|<i>x</i>)`
    }
  </p>`;
}
