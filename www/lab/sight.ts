/**
 * What is looked at: the subject of the picture, the part of the axes that it shows, and the closed forms and the
 * exact law that belong to it. They are asked for only while somebody looks.
 */
import { blank, type Subject, type Window } from '../painter/subject';
import type { Domain, Exact, ExactMeasures, Frame, State } from '../workers/protocol';
import type { Aspect } from './changes';
import type { Clock } from './clock';
import { ClosedForms, type Detail } from './closed-forms';
import type { Turn } from './latest';
import type { LawKeeper } from './law';
import type { Run } from './run';

/** Who hears of what was found. */
export interface Seer {
  changed(...what: Aspect[]): void;
  /** The exact readouts at the time on show. */
  measured(measures: ExactMeasures): void;
  failed(error: unknown): void;
}

export class Sight {
  /** What a picture of the present is painted from; null before there is a state. */
  subject: Subject | null = null;

  readonly #clock: Clock;
  readonly #run: Run;
  readonly #seer: Seer;
  readonly #forms: ClosedForms;
  #laws: LawKeeper | null = null;
  #active = false;
  /** The part of the axes that was asked for. */
  #looked: Window | null = null;
  /** The axes stand still, whatever happens to the domain. */
  #held = false;

  constructor(exact: Exact, run: Run, clock: Clock, detail: (state: State) => Detail, seer: Seer, turn: Turn) {
    this.#clock = clock;
    this.#run = run;
    this.#seer = seer;
    const sight = this;
    const asker = {
      get subject() {
        return sight.subject;
      },
      get zoomed() {
        return sight.zoomed;
      },
      detail,
      measured: (measures: ExactMeasures) => seer.measured(measures),
      answered: () => seer.changed('forms'),
      failed: (error: unknown) => seer.failed(error),
    };
    this.#forms = new ClosedForms(exact, asker, turn);
  }

  get zoomed(): boolean {
    return this.#looked !== null;
  }

  setActive(active: boolean): void {
    this.#active = active;
    this.wantLaw();
    this.askNow();
  }

  /** A state stands from now on. */
  take(state: State, domain: Domain): void {
    if (!this.subject || this.subject.domain.dimension !== domain.dimension) {
      this.subject = { ...blank(state, domain, this.#run.tracks), step: this.#run.step };
      this.#forms.drop();
      this.#looked = null;
      this.#held = false;
    }
    const { subject } = this;
    subject.state = state;
    subject.domain = domain;
    // What is on show stays until there is more; what is asked about it meanwhile has to have an answer.
    subject.time = Math.min(subject.time, state.process.horizon);
    if (!this.#held) subject.window = this.#looked ?? domain;
  }

  /** Other particles are on show. */
  show(frame: Frame): void {
    const { subject } = this;
    if (!subject) return;
    subject.frame = frame;
    subject.changedAt = this.#run.changedAt;
    subject.step = frame.step;
    subject.time = frame.time;
  }

  /** Shows a part of the axes, or all of them. */
  look(window: Window | null): void {
    const { subject } = this;
    if (!subject) return;
    this.#looked = window;
    subject.window = window ?? subject.domain;
    this.askWhole();
    this.askNow();
    this.#seer.changed('looked');
  }

  /** While it is on, the axes stand still. */
  hold(on: boolean): void {
    this.#held = on;
    if (!on) this.look(this.#looked);
  }

  /** All closed forms of what is on show are at hand, whether anybody looks or not. */
  async known(): Promise<void> {
    if (!this.subject) return;
    this.#forms.whole(this.subject);
    this.#forms.now(this.subject);
    await this.#forms.answered();
  }

  /** The classifier is another one under the same state; `passing`: and soon another. */
  relearn(passing: boolean): void {
    if (this.subject) this.subject.law = null;
    if (!passing) this.askWhole();
    this.askNow();
    this.wantLaw();
  }

  /** Closed forms that belong to the whole run. */
  askWhole(): void {
    if (this.subject) this.#forms.whole(this.subject);
  }

  /** Closed forms at the time on show. */
  askNow(): void {
    if (this.subject && this.#active) this.#forms.now(this.subject);
  }

  /** The exact law of the samples is computed while nothing moves; its code comes with the first wish. */
  wantLaw(): void {
    if (this.#laws) this.#laws.want(this.#still());
    else if (this.#still()) void this.#startLaws().catch(() => {});
  }

  /** The law's worker need not wait for this figure. */
  release(): void {
    this.#laws?.release();
  }

  /** What stands still in view. */
  #still(): { state: State; time: number } | null {
    const { subject } = this;
    const shown = this.#active && !this.#run.playing && subject?.frame && subject.changedAt < 0;
    return shown && subject.domain.dimension === 1 ? { state: subject.state, time: subject.time } : null;
  }

  async #startLaws(): Promise<void> {
    const { LawKeeper } = await import('./law');
    this.#laws ??= new LawKeeper((known) => {
      if (this.subject) this.subject.law = known;
      this.#seer.changed('forms');
    }, this.#clock);
    this.#laws.want(this.#still());
  }
}
