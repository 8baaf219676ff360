/**
 * A lesson that is open: which step, what was predicted, and whether the step's check is met. The
 * check is asked again whenever the figure says that its numbers have changed, and is judged by
 * `measure()`, with all particles, never by a number that the page remembers.
 */

import type { GuidanceLab } from '../figure/element';
import type { Lab } from '../lab/lab';
import { drawsPictures } from '../lab/named';
import { equal } from '../lab/paths';
import { again } from '../workers/again';
import type { Measurement, State } from '../workers/protocol';
import type { Outcome, PictureMeasurement } from './check';
import { type Judge, type Lesson, type Run, readLesson, type Step } from './lesson-file';
import type { Front } from './lesson-text';
import type { OnPictures } from './on-pictures';

/** Between two looks at the measurement, in milliseconds. */
const PAUSE = 200;

export interface StepView {
  /** The option chosen, -1 before. */
  choice: number;
  revealed: boolean;
  /** The check was met after something was done. */
  done: boolean;
  outcome: Outcome | null;
  measurement: Measurement | PictureMeasurement | null;
  /** The check was met before anything was done: the author's mistake. */
  early: boolean;
  /** Whether the step's state stands in the figure. */
  ready: boolean;
}

const fresh = (): StepView => ({
  choice: -1,
  revealed: false,
  done: false,
  outcome: null,
  measurement: null,
  early: false,
  ready: false,
});

/** Says `change` whenever something of it is to be shown anew. */
export class LessonSession extends EventTarget {
  readonly #figure: GuidanceLab;
  readonly lab: Lab;
  lesson: Lesson | null = null;
  /** The name or the address of the lesson. */
  name = '';
  index = 0;
  views: StepView[] = [];
  #token = 0;
  /** The newest lesson that was asked for wins. */
  #opening = 0;
  /** Takes back the next look, if one is due. */
  #cancel: (() => void) | null = null;
  #busy = false;
  #again = false;
  /** What measures where the figure shows pictures. */
  #pictures: OnPictures | null = null;

  constructor(figure: GuidanceLab) {
    super();
    this.#figure = figure;
    this.lab = figure.lab;
    figure.lab.listen((changed) => {
      if (changed.has('measurement') || changed.has('state')) this.#look();
    });
    figure.addEventListener('statechange', () => {
      if (this.lesson?.pictures) this.#look();
    });
  }

  /** Of the figure: the Lab's, or that of pictures. */
  get #state(): State {
    return this.lesson?.pictures ? this.#figure.state : this.lab.state;
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }

  get step(): Step | null {
    return this.lesson?.steps[this.index] ?? null;
  }

  get view(): StepView {
    return this.views[this.index] ?? fresh();
  }

  /** Reads a lesson and shows a step of it. Rejects with words, and changes nothing, if it is broken. */
  async open(source: string | Front, name: string, index = 0): Promise<void> {
    this.#opening += 1;
    const opening = this.#opening;
    const laboratory = this.#laboratory();
    // A lesson may be refused before it is asked.
    laboratory.catch(() => {});
    const lesson = await readLesson(source, laboratory);
    if (opening !== this.#opening) return;
    if (lesson.pictures) {
      const { OnPictures: Made } = await again(() => import('./on-pictures'));
      this.#pictures ??= new Made();
    } else this.#pictures?.stop();
    this.lesson = lesson;
    this.name = name;
    this.views = lesson.steps.map(fresh);
    await this.go(index);
  }

  async #laboratory(): Promise<Judge> {
    await this.#figure.ready;
    const { presets, exact } = this.lab;
    return { presets, merge: (state, patch) => exact.merge(state, patch) };
  }

  close(): void {
    this.#opening += 1;
    this.#token += 1;
    this.#cancel?.();
    this.#cancel = null;
    const { lesson } = this;
    this.lesson = null;
    if (lesson?.pictures) {
      this.#pictures?.stop();
      // Without the lesson the page is that of the Lab.
      void this.#figure.setState({ mixture: this.lab.state.mixture }).catch(() => {});
    }
    this.#changed();
  }

  /** Shows a step in its own state. What was predicted and found there before stands. */
  async go(index: number): Promise<void> {
    const { lesson } = this;
    if (!lesson) return;
    this.index = Math.min(lesson.steps.length - 1, Math.max(0, Math.round(index) || 0));
    this.#token += 1;
    const token = this.#token;
    const step = lesson.steps[this.index] as Step;
    const view = this.view;
    view.ready = false;
    view.early = false;
    view.outcome = null;
    this.#changed();
    await this.#stand(lesson, step.state);
    if (token !== this.#token) return;
    await this.#run(step.run);
    if (token !== this.#token) return;
    const outcome = await this.#judge(step, view, token);
    if (token !== this.#token) return;
    // A check that is met before anything was done could never fail.
    view.early = outcome?.met === true && equal(this.#state, step.state);
    view.ready = true;
    this.#changed();
    this.#look();
  }

  /** The state of this step again, as if it had just been opened. */
  async reset(): Promise<void> {
    this.views[this.index] = fresh();
    await this.go(this.index);
  }

  predict(choice: number): void {
    this.view.choice = choice;
    if (this.view.done) this.view.revealed = true;
    this.#changed();
  }

  reveal(): void {
    this.view.revealed = true;
    this.#changed();
  }

  /** Does what the step asks for. */
  async showMe(): Promise<void> {
    const { step, lab } = this;
    const figure = this.#figure;
    if (!step) return;
    await figure.setState(step.example);
    if (step.exampleRun === 'end' && !lab.clock.still) figure.play();
    else if (step.exampleRun !== null) await this.#run(step.exampleRun);
  }

  /** Puts a step's state into the figure. */
  async #stand(lesson: Lesson, state: State): Promise<void> {
    const figure = this.#figure;
    if (!lesson.pictures && (this.lab.preset !== lesson.preset || drawsPictures(figure.state.mixture)))
      await figure.open(lesson.preset);
    figure.pause();
    await figure.setState(state);
  }

  async #run(run: Run): Promise<void> {
    const figure = this.#figure;
    if (run === 'end') await figure.finish();
    else await figure.step(Math.round((run === 'start' ? 0 : run) * this.#state.process.steps) - figure.currentStep);
  }

  readonly #look = () => {
    if (!this.lesson || this.#cancel) return;
    this.#cancel = this.lab.clock.after(PAUSE, () => {
      this.#cancel = null;
      void this.#follow();
    });
  };

  async #follow(): Promise<void> {
    const { step, view } = this;
    if (!step || !view.ready) return;
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    try {
      const outcome = await this.#judge(step, view, this.#token);
      if (outcome?.met && !view.early && !view.done) {
        view.done = true;
        if (view.choice >= 0) view.revealed = true;
      }
      this.#changed();
    } finally {
      this.#busy = false;
      if (this.#again) {
        this.#again = false;
        this.#look();
      }
    }
  }

  async #judge(step: Step, view: StepView, token: number): Promise<Outcome | null> {
    try {
      const state = this.#state;
      const measurement = await this.#measured(step, view, state);
      if (token !== this.#token) return null;
      view.measurement = measurement;
      view.outcome = step.check.evaluate({ measurement, state: this.lesson?.pictures ? state : this.lab.state });
      return view.outcome;
    } catch {
      return null;
    }
  }

  async #measured(step: Step, view: StepView, state: State): Promise<Measurement | PictureMeasurement> {
    const pictures = this.lesson?.pictures ? this.#pictures : null;
    if (!pictures) return this.lab.measure(step.at === null ? {} : { time: step.at });
    if (!pictures.knows(state, step)) {
      // It takes a second or two, and what was measured before is not true of this.
      view.outcome = null;
      this.#changed();
    }
    return pictures.measure(state, step);
  }
}
