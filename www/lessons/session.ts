/**
 * A lesson that is open: which step, what was predicted, and whether the step's check is met. The
 * check is asked again whenever the figure says that its numbers have changed, and is judged by
 * `measure()`, with all particles, never by a number that the page remembers.
 */

import type { GuidanceLab } from '../figure/element';
import { LabError } from '../lab/error';
import { equal } from '../lab/paths';
import { say, t } from '../words';
import { connect } from '../workers/client';
import type { Measurement } from '../workers/protocol';
import type { Outcome } from './check';
import { type Lesson, type Run, readLesson, type Step } from './lesson-file';

/** Between two looks at the measurement, in milliseconds. */
const PAUSE = 200;

export interface StepView {
  /** The option chosen, -1 before. */
  choice: number;
  revealed: boolean;
  /** The check was met after something was done. */
  done: boolean;
  outcome: Outcome | null;
  measurement: Measurement | null;
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

export class LessonSession {
  readonly lab: GuidanceLab;
  lesson: Lesson | null = null;
  /** The name or the address of the lesson. */
  name = '';
  index = 0;
  views: StepView[] = [];
  readonly #changed: () => void;
  #token = 0;
  #timer = 0;
  #busy = false;
  #again = false;

  constructor(lab: GuidanceLab, changed: () => void) {
    this.lab = lab;
    this.#changed = changed;
    lab.addEventListener('measurement', this.#look);
    lab.addEventListener('statechange', this.#look);
  }

  get step(): Step | null {
    return this.lesson?.steps[this.index] ?? null;
  }

  get view(): StepView {
    return this.views[this.index] ?? fresh();
  }

  /** Reads a lesson and shows a step of it. Rejects with words, and changes nothing, if it is broken. */
  async open(source: string, name: string, index = 0): Promise<void> {
    await this.lab.ready;
    const { exact } = await connect();
    const lesson = await readLesson(source, {
      presets: this.lab.presets,
      merge: (state, patch) => exact.merge(state, patch),
    });
    this.lesson = lesson;
    this.name = name;
    this.views = lesson.steps.map(fresh);
    await this.go(index);
  }

  close(): void {
    this.#token += 1;
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.lesson = null;
    this.#changed();
  }

  /** Shows a step in its own state. What was predicted and found there before stands. */
  async go(index: number): Promise<void> {
    const { lesson, lab } = this;
    if (!lesson) return;
    this.index = Math.min(lesson.steps.length - 1, Math.max(0, Math.round(index) || 0));
    this.#token += 1;
    const token = this.#token;
    const step = lesson.steps[this.index] as Step;
    const view = this.view;
    view.ready = false;
    view.early = false;
    view.outcome = null;
    lab.controls = step.controls;
    this.#changed();
    if (lab.preset !== lesson.preset) await lab.open(lesson.preset);
    lab.pause();
    await lab.setState(step.state);
    if (token !== this.#token) return;
    await this.#run(step.run);
    if (token !== this.#token) return;
    const outcome = await this.#judge(step, view, token);
    if (token !== this.#token) return;
    // A check that is met before anything was done could never fail.
    view.early = outcome?.met === true && equal(lab.state, step.state);
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
    if (!step) return;
    await lab.setState(step.example);
    if (step.exampleRun === 'end' && !matchMedia('(prefers-reduced-motion: reduce)').matches) lab.play();
    else if (step.exampleRun !== null) await this.#run(step.exampleRun);
  }

  async #run(run: Run): Promise<void> {
    const { lab } = this;
    if (run === 'end') await lab.finish();
    else await lab.step(Math.round((run === 'start' ? 0 : run) * lab.state.process.steps) - lab.currentStep);
  }

  readonly #look = () => {
    if (!this.lesson || this.#timer !== 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      void this.#follow();
    }, PAUSE) as unknown as number;
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
      const measurement = await this.lab.measure(step.at === null ? {} : { time: step.at });
      if (token !== this.#token) return null;
      view.measurement = measurement;
      view.outcome = step.check.evaluate({ measurement, state: this.lab.state });
      return view.outcome;
    } catch {
      return null;
    }
  }
}

/** Whatever went wrong with a lesson, in words. */
export function inWords(thrown: unknown): string {
  if (thrown instanceof LabError && thrown.path) return `${thrown.path}: ${say(thrown.says)}`;
  return thrown instanceof Error ? say(LabError.from(thrown).says) : t('It cannot be read.');
}
