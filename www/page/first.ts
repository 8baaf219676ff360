/**
 * What stands below the picture on Play: one button, one switch, two sliders and the way to everything else; and what is to
 * be taken home, with three ways on.
 */
import { html, nothing, render, type TemplateResult } from 'lit';
import { KINDS } from '../controls/classifier';
import { limits, slider } from '../controls/inputs';
import type { Lab } from '../lab/lab';
import { patchOf } from '../lab/paths';
import { t } from '../words';
import { tm } from '../words/markup';
import type { State } from '../workers/protocol';

/** What the first screen has of the figure; all that it can do is one press away. */
export const FEW = 'verdict time';
export const ALL = 'verdict classifier guidance view compare sampler particles tools time readouts charts';

/** The opening demonstration holds the amplitude, so that only n moves: the loss stands still and the error grows. */
export const OPENING = new URLSearchParams({
  preset: 'wiggle',
  'classifier.amplitude.law': 'fixed',
  'classifier.amplitude.scale': '0.08',
});

/** Whether a person has said that the ways on are not wanted. */
let dismissed = false;

/** Where the ways on lead. */
export interface Ways {
  lesson(name: string): string;
  pictures: string;
}

/** Shows the controls and the takeaway as they are now. */
export function renderFirst(first: HTMLElement, takeaway: HTMLElement, lab: Lab, to: Ways): void {
  if (!lab.isOpen) return;
  render(controls(lab, lab.draft), first);
  const again = () => renderFirst(first, takeaway, lab, to);
  render(message(lab.draft, to, again), takeaway);
}

function controls(lab: Lab, { classifier, guidance }: State): TemplateResult {
  const replay = async () => {
    await lab.reset();
    lab.play();
  };
  const wiggle = classifier.kind === 'wiggle';
  const turn = (on: boolean) =>
    lab.change({ classifier: lab.lastClassifier(on ? 'wiggle' : 'exact') ?? KINDS[on ? 'wiggle' : 'exact'].first });
  return html`<button type="button" class="replay" @click=${() => void replay().catch(() => {})}><span aria-hidden="true">▶</span> ${t('Replay')}</button>
    ${
      wiggle || classifier.kind === 'exact'
        ? html`<label class="switch"><input type="checkbox" role="switch" .checked=${wiggle} @change=${({ target }: Event) => turn((target as HTMLInputElement).checked)} /><span class="track" aria-hidden="true"></span>${t('Wiggle')} <span class="state" aria-hidden="true">${wiggle ? t('on') : t('off')}</span></label>`
        : nothing
    }
    ${
      wiggle
        ? slider({
            id: 'first-n',
            label: html`${tm('Frequency *n*')}`,
            name: t('Frequency n of the wiggle'),
            value: classifier.frequency,
            ...limits(lab, 'classifier.frequency', 2, 128),
            scale: 'log',
            integer: true,
            input: (value) => lab.change(patchOf('classifier.frequency', value)),
          })
        : nothing
    }
    ${slider({
      id: 'first-gamma',
      label: html`${tm('Guidance scale *γ*')}`,
      name: t('Guidance scale gamma'),
      value: guidance.gamma,
      ...limits(lab, 'guidance.gamma', 0, 10),
      step: 0.05,
      input: (value) => lab.change(patchOf('guidance.gamma', value)),
    })}`;
}

/** The lesson of the preset, and the ways on. */
function message({ classifier, guidance }: State, { lesson, pictures }: Ways, again: () => void): TemplateResult {
  const exact = classifier.kind === 'exact';
  const average = exact && guidance.gamma !== 1;
  return html`<p>${
    average
      ? t('Guidance with the exact classifier improves the average of 1/p, not every sample.')
      : t(
          'Training loss measures probabilities; steering uses their slope. A small loss is no guarantee, unless the classifier is smooth.',
        )
  }</p>
    ${
      dismissed
        ? nothing
        : html`<p class="ways">
            <a href=${lesson(average ? 'average' : 'wiggle')}>${t('Show me why')}</a>
            <a href=${lesson('tour')}>${t('New to diffusion?')}</a>
            <a class="more" href=${lesson('trained')}>${t('With a trained network')}</a>
            <a class="more" href=${pictures}>${t('With pictures')}</a>
            <button type="button" class="close" @click=${() => {
              dismissed = true;
              again();
            }}>${t('Just let me play')}</button>
          </p>`
    }`;
}
