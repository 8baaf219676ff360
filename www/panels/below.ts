/** A panel that is measured at the step on show, opened from the explanation of a readout; it follows the run when that stands still. */
import { html, render, type TemplateResult } from 'lit';
import { LabError } from '../lab/error';
import type { Lab } from '../lab/lab';
import type { Stage } from '../painter/stage';
import type { Subject } from '../painter/subject';
import type { Theme } from '../painter/theme';
import { say, t } from '../words';
import type { State } from '../workers/protocol';
import { Panel } from './panel';

/** Milliseconds of rest before it is measured again. */
const REST = 250;

/** What was found, and of what. */
export interface Of {
  state: State;
  step: number;
  time: number;
}

export abstract class Below<Found extends Of> extends Panel {
  protected note = '';
  #found: Found | null = null;
  #timer = 0;
  #asking = 0;

  constructor(lab: Lab, stage: Stage) {
    super(lab, stage);
    lab.listen((changed) => {
      if (!changed.has('measurement') && !changed.has('state')) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#ask(), REST) as unknown as number;
    });
  }

  show(): void {
    this.place();
    this.note = t('Being counted …');
    this.draw();
    void this.#ask().then(() => this.reveal());
  }

  protected override hide(): void {
    this.#found = null;
    super.hide();
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
      html`${this.head(this.title(found), found ? this.hint(found, subject) : this.note || t('Measured when the run is paused or over.'))}
        ${found ? this.body(found, subject, theme) : ''}`,
      this.panel,
    );
  }
}
