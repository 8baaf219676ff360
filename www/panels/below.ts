/** A panel below the charts, opened from the explanation of a readout; it follows the run when that stands still. */
import { html, render, type TemplateResult } from 'lit';
import { chooseFormat, type Savable } from '../export/save';
import { LabError } from '../lab/error';
import type { Lab } from '../lab/lab';
import type { Stage } from '../painter/stage';
import type { Subject } from '../painter/subject';
import type { Theme } from '../painter/theme';
import { say, t } from '../words';
import type { State } from '../workers/protocol';
import sheet from './panels.css?inline';

/** Milliseconds of rest before it is measured again. */
const REST = 250;

/** What was found, and of what. */
export interface Of {
  state: State;
  step: number;
  time: number;
}

export abstract class Below<Found extends Of> {
  static #styled = new WeakSet<ShadowRoot>();
  protected readonly lab: Lab;
  protected readonly stage: Stage;
  protected readonly panel = document.createElement('section');
  protected note = '';
  /** The `id` of the explanation that opened it: there the focus goes back to. */
  protected abstract readonly from: string;
  #found: Found | null = null;
  #timer = 0;
  #asking = 0;

  constructor(lab: Lab, stage: Stage) {
    this.lab = lab;
    this.stage = stage;
    const { root } = stage;
    if (!Below.#styled.has(root)) {
      Below.#styled.add(root);
      const style = new CSSStyleSheet();
      style.replaceSync(sheet);
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, style];
    }
    this.panel.className = 'below';
    this.panel.setAttribute('part', 'charts');
    lab.listen((changed) => {
      if (!changed.has('measurement') && !changed.has('state')) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#ask(), REST) as unknown as number;
    });
  }

  get open(): boolean {
    return this.panel.isConnected;
  }

  show(): void {
    this.stage.find('.figure')?.append(this.panel);
    this.note = t('Being counted …');
    this.draw();
    void this.#ask().then(() => {
      this.panel.scrollIntoView({ block: 'nearest' });
      this.panel.querySelector<HTMLElement>('header button')?.focus({ preventScroll: true });
    });
  }

  protected hide(): void {
    this.panel.remove();
    this.#found = null;
    this.stage.find(`[popovertarget="${this.from}"]`)?.focus();
  }

  /** Measures what is on show, or says in `note` why not. */
  protected abstract measure(subject: Subject): Promise<Omit<Found, keyof Of> | null>;
  protected abstract body(found: Found, subject: Subject, theme: Theme): TemplateResult;
  protected abstract title(found: Found | null): unknown;
  protected abstract hint(found: Found, subject: Subject): string;

  async #ask(): Promise<void> {
    this.#asking += 1;
    const asked = this.#asking;
    const { subject } = this.lab;
    if (!this.open || !subject || this.lab.playing) return;
    const { state, step, time } = subject;
    let found: Found | null = null;
    try {
      const measured = await this.measure(subject);
      // Something moved meanwhile: the next question is on its way.
      if (asked !== this.#asking || subject.step !== step || subject.state !== state) return;
      found = measured && ({ ...measured, state, step, time } as Found);
    } catch (thrown) {
      this.note = say(LabError.from(thrown).says);
    }
    this.#found = found;
    this.draw();
  }

  /** What is known of the picture on show. */
  protected present(): Found | null {
    const { subject } = this.lab;
    const found = this.#found;
    return found && subject && found.state === subject.state && found.step === subject.step ? found : null;
  }

  draw(): void {
    const { subject } = this.lab;
    if (!this.open || !subject) return;
    const { theme } = this.stage;
    const found = this.present();
    render(
      html`<header>
          <div>
            <p class="title" role="status">${this.title(found)}</p>
            <p class="hint">${found ? this.hint(found, subject) : this.note || t('Measured when the run stands still.')}</p>
          </div>
          <button type="button" class="icon" aria-label=${t('Close')} @click=${() => this.hide()}>×</button>
        </header>
        ${found ? this.body(found, subject, theme) : ''}`,
      this.panel,
    );
  }

  protected save(what: string, savable: () => Savable): TemplateResult {
    return html`<button
      type="button"
      class="save"
      aria-expanded="false"
      aria-label=${`${t('Save')}: ${what}`}
      @click=${(event: Event) => chooseFormat(event.currentTarget as HTMLElement, savable)}
    >
      ${t('Save')}
    </button>`;
  }
}
