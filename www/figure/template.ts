/** Pieces of the figure's template that need nothing of the element. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Part } from '../export/figure';
import type { LabError } from '../lab/error';
import type { Lab } from '../lab/lab';
import { say, t } from '../words';
import { tm } from '../words/markup';
import { symbol } from '../words/units';

/** Nothing can be shown at all. */
export function fatal(error: LabError, retry: () => void): TemplateResult {
  return html`<div class="figure"><div class="stage">
        <div class="notice error" role="alert">
          <p>
            ${t('The figure cannot run here: {why}. It needs WebAssembly and module scripts, as every current browser has them.', { why: say(error.says) })}
          </p>
          <button type="button" @click=${retry}>${t('Try again')}</button>
        </div>
      </div></div>`;
}

/** What the Lab has to say, and what is wrong with names among the controls. */
export function notices(lab: Lab, complaint = ''): TemplateResult {
  return html`${
    complaint ? html`<div class="notice error" part="notice" role="alert"><p>${complaint}</p></div>` : nothing
  }
        ${lab.notices.list.map(
          (
            { kind, text, items, act },
            index,
          ) => html`<div part="notice" class=${`notice ${kind}`} role=${kind === 'error' ? 'alert' : 'status'}>
            <div>
              <p>${text}</p>
              ${items.length > 0 ? html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>` : nothing}
            </div>
            ${
              act
                ? html`<button
                    type="button"
                    class="speed"
                    @click=${() => {
                      lab.dismiss(index);
                      act.run();
                    }}
                  >${act.label}</button>`
                : nothing
            }
            <button type="button" class="icon" aria-label=${t('Dismiss')} @click=${() => lab.dismiss(index)}>×</button>
          </div>`,
        )}`;
}

export function saveButton(words: string, open: (button: HTMLElement) => void): TemplateResult {
  return html`<button type="button" class="save" aria-label=${words} @click=${({ currentTarget }: Event) => open(currentTarget as HTMLElement)}>${t('Save')}</button>`;
}

/** The charts below the picture; uPlot fills them. */
export function chartFigures(shown: boolean, save: (part: Part, words: string) => TemplateResult): TemplateResult {
  return html`<div class="charts" part="charts" ?hidden=${!shown}>
        <figure>
          <figcaption>
            <span>${tm('The classifier over the run: KL, guidance error and guidance, mean squares, against {unit}', { unit: html`<i>${symbol()}</i>` })}</span>
            ${save('classifier', t('Save the chart of the classifier'))}
          </figcaption>
          <div class="chart-plot"></div>
        </figure>
        <figure>
          <figcaption>
            <span>${tm('The samples over the run: E[1/*p*(*c*|*x*)] of each lane')}</span>
            ${save('samples', t('Save the chart of the samples'))}
          </figcaption>
          <div class="chart-plot"></div>
        </figure>
      </div>`;
}
