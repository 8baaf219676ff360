/**
 * A network that learns to read digits, and steers them: what it learns from, its training in a worker of its own, and how
 * that stands. Fetched with the first classifier of pictures that is trained.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { Bench } from '../controls/classifier/kind';
import { choice, limits, slider } from '../controls/inputs';
import { type Filed, files, fromFile } from '../controls/network-file';
import { clock } from '../lab/clock';
import type { LabError } from '../lab/error';
import { type Course, isFromFile, networkOf } from '../lab/networks';
import type { Notice } from '../lab/notices';
import type { Asked } from '../lab/opened';
import { patchOf } from '../lab/paths';
import { Trainer } from '../lab/trainer';
import { say, t } from '../words';
import { formatCount, formatNumber, formatPlain } from '../words/numbers';
import { again } from '../workers/again';
import type { ActivationName, NetworkFormat, Patch, Recipe, Spawned, State } from '../workers/protocol';
import { type Drawing, networkState } from './drawing';
import { filesOf } from './files';
import { Service } from './service';
import { asked, drawingIn, type Settings } from './settings';

const RECIPE = 'classifier.recipe';
/** The time at which a picture is clean, and all that the sampler asks about. */
const CLEAN: [number, number] = [0.002, 0.002];
const NOISED: [number, number] = [0.002, 6];
/** What of the gradients is added to the loss where they are to be short. */
const PENALTY = 0.1;
/** Products and sums that a step of training does in a second in a browser, and those of drawing a sample. */
const SPEED = 1e9;
const SAMPLE = 8000;

/** Whose network it is. */
export interface Owner {
  settings(): Settings;
  /** What answers questions about files. */
  readonly service: Pick<Service, 'ask'>;
  setState(patch: unknown): Promise<void>;
  /** There is progress to show: how it stands, if anything is trained. */
  told(course: Course | null): void;
  /** It guides otherwise from now on. */
  learned(): void;
  report(error: LabError): void;
}

export class Learning {
  readonly #owner: Owner;
  readonly #trainer: Trainer;
  /** What is asked before a long training goes on. */
  #notices: readonly Notice[] = [];

  constructor(owner: Owner) {
    this.#owner = owner;
    const learning = this;
    const lab = {
      clock,
      get state() {
        return known(owner.settings());
      },
      get notices() {
        return { list: learning.#notices };
      },
      setState: (patch: unknown) => owner.setState(patch),
      report: (error: LabError) => owner.report(error),
      tell: (kind: 'info', text: string, items: string[], act: Notice['act']) =>
        this.#tell([{ kind, text, items, ...(act ? { act } : {}) }]),
      dismiss: (index: number) => this.#tell(this.#notices.filter((_, at) => at !== index)),
    };
    this.#trainer = new Trainer({ lab, told: () => this.#told(), learned: () => owner.learned() }, () => this.#spawn());
  }

  #tell(notices: readonly Notice[]): void {
    this.#notices = notices;
    this.#told();
  }

  #told(): void {
    this.#owner.told(networkOf(known(this.#owner.settings()))?.course ?? null);
  }

  /** A worker that has the mixture, and answers what a trainer asks. */
  async #spawn(): Promise<Spawned> {
    const of = drawingIn(this.#owner.settings());
    const service = new Service(of);
    const { apart, ...spawned } = await service.spawned();
    const gallery = spawned.service.gallery;
    const learn = (question: 'begin' | 'train', argument: State | number) =>
      question === 'begin'
        ? gallery('begin', asked({ state: argument as State, target: null, of }))
        : gallery('train', argument as number);
    return { apart, service: { learn } as unknown as Spawned['service'], stop: () => service.stop() };
  }

  /** Settings stand; `train`: the network is wanted at once. */
  took(settings: Settings, train: boolean): void {
    this.#notices = this.#notices.filter(({ act }) => act);
    this.#trainer.took(known(settings), train);
  }

  get #files(): Asked {
    const settings = this.#owner.settings();
    const setState: Asked['setState'] = (patch) => this.#owner.setState(patch);
    return filesOf(this.#owner.service, drawingIn(settings), settings.state, setState);
  }

  /** The network in a file classifies from now on. */
  async open(file: Blob | Uint8Array): Promise<void> {
    await (await again(() => import('../lab/opened'))).openNetwork(this.#files, file);
  }

  async save(format?: NetworkFormat): Promise<Uint8Array<ArrayBuffer>> {
    return (await again(() => import('../lab/opened'))).savedNetwork(this.#files, format);
  }

  start(recipe?: Patch<Recipe>): Promise<Recipe> {
    return this.#trainer.start(recipe);
  }

  stop(): void {
    this.#trainer.stop();
  }

  settled(): Promise<void> {
    return this.#trainer.settled();
  }

  setActive(active: boolean): void {
    this.#trainer.setActive(active);
  }

  release(): void {
    this.#trainer.release();
  }

  /** What stands in place of the sentence that a network has elsewhere. */
  about(settings: Settings): string {
    const course = networkOf(known(settings))?.course;
    const [from, to] = recipeOf(settings.state).noise;
    const { own } = drawingIn(settings);
    if (!course) return t('The classifier under test is a network that is not trained yet: its guidance is 0.');
    if (course.outcome === 'opened') return t('The classifier under test is a network from a file.');
    if (own)
      return from === to
        ? t('The classifier under test is a network that has seen clean samples only: it never saw noise.')
        : t('The classifier under test is a network that has seen samples at every noise level, and is told which.');
    return from === to
      ? t('The classifier under test is a network that has seen clean digits only: it never saw noise.')
      : t('The classifier under test is a network that has seen digits at every noise level, and is told which.');
  }

  controls(settings: Settings, bench: Bench): TemplateResult {
    const { state } = settings;
    const { own } = drawingIn(settings);
    const recipe = recipeOf(state);
    const course = networkOf(known(settings))?.course ?? null;
    const filed: Filed = {
      train: { course, open: (file) => this.open(file), save: (format) => this.save(format) },
      tell: (_, text) => this.#tell([{ kind: 'error', text, items: [] }]),
      change: (patch) => bench.change(patch),
    };
    if (isFromFile(state)) return html`${fromFile(recipe, filed)}${this.#said()}`;
    const change = (path: string, value: unknown) => bench.change(patchOf(`${RECIPE}.${path}`, value));
    const [from, to] = recipe.noise;
    const width = recipe.hidden[0] ?? 64;
    return html`${choice(
      'learns-from',
      t('What it learns from'),
      from === to ? 'clean' : 'noised',
      [
        { value: 'noised', label: own ? t('samples at every noise level') : t('digits at every noise level') },
        { value: 'clean', label: own ? t('clean samples only') : t('clean digits only') },
      ],
      (value) => {
        const noise = value === 'clean' ? CLEAN : NOISED;
        bench.change(patchOf(RECIPE, { noise, time: value !== 'clean' }));
      },
    )}
    ${choice<ActivationName>(
      'activation',
      t('Activation'),
      recipe.activation,
      [
        { value: 'softplus', label: 'softplus' },
        { value: 'tanh', label: 'tanh' },
        { value: 'relu', label: 'ReLU' },
      ],
      (value) => change('activation', value),
      'activation',
    )}
    ${slider({
      id: 'width',
      label: t('Neurons'),
      name: t('Neurons in each hidden layer'),
      value: width,
      ...limits(bench, `${RECIPE}.hidden`, 4, 128),
      scale: 'log',
      integer: true,
      note: recipe.hidden.length > 1 ? recipe.hidden.join(', ') : nothing,
      input: (value) => change('hidden', Array(Math.max(1, recipe.hidden.length)).fill(value)),
    })}
    ${choice(
      'gradient-penalty',
      t('Gradient penalty'),
      String(recipe.loss.gradientPenalty),
      [...new Set([0, PENALTY, recipe.loss.gradientPenalty])].map((value) => ({
        value: String(value),
        label: value === 0 ? t('none') : formatPlain(value),
      })),
      (value) => change('loss.gradientPenalty', Number(value)),
      'penalties',
    )}
    ${slider({
      id: 'train-steps',
      label: t('Steps of training'),
      name: t('Steps of training'),
      value: recipe.steps,
      ...limits(bench, `${RECIPE}.steps`, 25, 10_000),
      scale: 'log',
      integer: true,
      words: 'training',
      input: (value) => change('steps', value),
    })}
    ${this.#training(settings, recipe)}
    ${files(filed, course !== null)}`;
  }

  #training(settings: Settings, recipe: Recipe): TemplateResult {
    const course = networkOf(known(settings))?.course ?? null;
    const phase = course?.phase ?? 'done';
    const start = () => void this.start().catch(() => {});
    const seconds = formatCount(Math.max(1, Math.round(secondsOf(recipe, drawingIn(settings)))));
    const once = course?.outcome === 'running' ? t('Go on training') : course ? t('Train again') : t('Train');
    return html`<div class="learning" role="group" aria-label=${t('Training')}>
      ${
        phase === 'training'
          ? html`<button type="button" class="plain" @click=${() => this.stop()}>${t('Stop')}</button>`
          : html`<button type="button" class="plain go" @click=${start}>${once}</button>`
      }
      ${
        phase === 'done' || !course
          ? nothing
          : html`<progress aria-label=${t('Steps of the training')} max=${course.of} .value=${course.step}></progress>`
      }
      <p class="about" role="status">${
        course === null
          ? t('To train it takes about {seconds} s on a laptop; until then it guides nowhere.', { seconds })
          : standing(course)
      }</p>
      ${this.#said()}
    </div>`;
  }

  #said(): TemplateResult[] {
    return this.#notices.map(
      ({ text, act }) =>
        html`<p class="about" role="status">${text} ${act ? html`<button type="button" class="plain" @click=${() => act.run()}>${act.label}</button>` : nothing}</p>`,
    );
  }
}

const known = (settings: Settings): State => networkState(settings.state, drawingIn(settings));

/** How it stands, in a sentence. */
function standing(course: Course): string {
  const step = formatCount(course.step);
  const kl = formatNumber(course.kl, 2);
  if (course.phase !== 'done') {
    const seconds = Number.isFinite(course.left) ? formatCount(Math.ceil(course.left / 1000)) : '…';
    return t('Step {step} of {of}, about {seconds} s left: it guides with what it has learned so far.', {
      step,
      of: formatCount(course.of),
      seconds,
    });
  }
  if (course.outcome === 'failed') return course.trouble ? say(course.trouble) : t('The training failed.');
  if (course.outcome === 'stopped')
    return t('Stopped after {step} steps, with a KL of {kl} nats. A link trains it to the end.', { step, kl });
  return t('Done: {step} steps, with a KL of {kl} nats on samples like those that it learned from.', { step, kl });
}

function recipeOf({ classifier }: State): Recipe {
  return (classifier as Extract<State['classifier'], { kind: 'learned' }>).recipe;
}

/** What a training costs, from its products: forward, back to the layer before, and to the weights. */
function secondsOf({ hidden, steps, batch, loss }: Recipe, { dimension, classes }: Drawing): number {
  const widths = [dimension, ...hidden, classes.length];
  const weights = widths.slice(1).reduce((sum, width, index) => sum + width * (widths[index] as number), 0);
  // Derivatives by the input are further rows.
  const rows = loss.gradientPenalty > 0 ? 2 : 1;
  return (steps * batch * (3 * rows * weights + SAMPLE)) / SPEED;
}
