/**
 * What a figure is where its mixture draws pictures (`mixture.named="digits"`): the gallery in place of picture, controls and
 * readouts, and the calls of the figure answered by it. Fetched when a state asks for it.
 */
import { unknownControls } from '../controls/complaint';
import { download } from '../controls/download';
import type { Shown as Controls } from '../controls/names';
import fileSheet from '../controls/network-file.css?inline';
import { styleControls } from '../controls/sheet';
import { LabError } from '../lab/error';
import type { Lab } from '../lab/lab';
import { equal, type Plain } from '../lab/paths';
import { LANE_STYLES, readTheme } from '../painter/theme';
import { t } from '../words';
import { formatTime } from '../words/numbers';
import { PICTURES_ENGINE, PICTURES_HAVE_NO, PICTURES_LANE } from '../words/own-later';
import { fault, saying } from '../words/says';
import type { Change, EngineInfo, LaneName, NetworkFormat, Patch, Preset, Recipe, State } from '../workers/protocol';
import { withFile } from './files';
import { Gallery } from './gallery';
import sheet from './gallery.css?inline';
import type { Model } from './model';
import { Service } from './service';
import { drawingIn, merged, type PicturesState, stateOf } from './settings';
import { wallOf } from './wall';

/** The figure. */
export interface Owner {
  readonly element: HTMLElement;
  readonly controls: () => Controls;
  readonly autoplay: () => boolean;
  emit(type: string, detail: unknown): void;
}

/** There is no other. */
const WHY = saying(PICTURES_ENGINE);
const ENGINE: EngineInfo = { backend: 'cpu', adapter: 'CPU', reason: WHY.text, says: WHY };

/** Pixels of a saved picture where the page gives the figure no width. */
const UNSEEN = 640;

export class Pictures implements Model {
  readonly preset = '';
  readonly canUndo = false;
  readonly canRedo = false;
  readonly engine = ENGINE;
  readonly opened: Promise<void>;
  readonly ready: Promise<void>;
  readonly run: { readonly step: number };
  readonly train = {
    start: async (recipe?: Patch<Recipe>) => {
      await this.opened;
      return this.#gallery.train(recipe);
    },
    stop: () => this.#gallery.stopTraining(),
    open: async (file: Blob | Uint8Array) => {
      await this.opened;
      return this.#gallery.openNetwork(file);
    },
    save: async (format?: NetworkFormat) => {
      await this.opened;
      return this.#gallery.saveNetwork(format);
    },
  };
  readonly #owner: Owner;
  readonly #service = new Service();
  readonly #host = document.createElement('div');
  readonly #gallery: Gallery;
  readonly #resolve: (() => void)[] = [];
  readonly #reject: ((error: LabError) => void)[] = [];
  #open = false;

  constructor(owner: Owner) {
    this.#owner = owner;
    this.#host.className = 'gallery';
    this.#host.part.add('figure');
    const root = owner.element.shadowRoot as ShadowRoot;
    styleControls(root);
    const style = new CSSStyleSheet();
    style.replaceSync(sheet + fileSheet);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, style];
    this.#gallery = new Gallery(this.#host, this.#service, {
      shows: (name) => owner.controls().has(name),
      complaint: () => unknownControls(owner.controls().unknown),
      save: async () => download(await this.picture(2), 'pictures.png'),
      plays: () => owner.autoplay(),
      progressed: ({ step, of, loss, kl }) => owner.emit('trainprogress', { step, of, loss, kl }),
      setState: (patch) => this.setState(patch),
      back: () => this.#back(),
      changed: () => owner.emit('statechange', structuredClone(this.state)),
    });
    const gallery = this.#gallery;
    this.run = {
      get step() {
        return gallery.place;
      },
    };
    [this.opened, this.ready] = [this.#promise(), this.#promise()] as const;
    this.#host.addEventListener('click', this.#explain);
  }

  /** The figure's Lab has what it had. */
  get #lab(): Lab {
    return (this.#owner.element as unknown as { lab: Lab }).lab;
  }

  #back(): (() => void) | null {
    const lab = this.#lab;
    const figure = this.#owner.element as unknown as { setState(patch: unknown): Promise<void> };
    const { mixture } = lab.isOpen ? lab.state : {};
    return mixture
      ? () => void figure.setState({ mixture }).catch((thrown) => this.report(LabError.from(thrown)))
      : null;
  }

  /** One that a failure rejects; who does not await it hears of that from the gallery. */
  #promise(): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      this.#resolve.push(resolve);
      this.#reject.push(reject);
    });
    promise.catch(() => {});
    return promise;
  }

  view(): HTMLElement {
    this.#gallery.draw();
    // What is not in the page has no colours: once more when it is.
    if (!this.#host.isConnected) this.#gallery.redraw();
    return this.#host;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  get state(): PicturesState {
    if (!this.#gallery.settings) throw LabError.notReady();
    return stateOf(this.#gallery.settings);
  }

  get presets(): Preset[] {
    return this.#gallery.presets;
  }

  get playing(): boolean {
    return this.#gallery.playing;
  }

  get query(): URLSearchParams {
    // Own data stand in no address: what the figure showed before them does.
    if (this.#gallery.drawing.own) return this.#lab.isOpen ? this.#lab.query : new URLSearchParams();
    return new URLSearchParams([['mixture.named', 'digits'], ...(this.#open ? this.#gallery.query : [])]);
  }

  async start(query: URLSearchParams, early: () => Plain = () => ({})): Promise<void> {
    try {
      await this.#gallery.open(query, early());
      this.#open = true;
      this.#resolve[0]?.();
      await this.#gallery.drawn();
      this.#resolve[1]?.();
      this.#owner.emit('enginechange', ENGINE);
    } catch (thrown) {
      const error = LabError.from(thrown);
      for (const reject of this.#reject) reject(error);
      this.#owner.emit('error', error);
    }
  }

  async open(_: string, query?: URLSearchParams): Promise<Change[]> {
    return this.#gallery.open(query ?? new URLSearchParams());
  }

  /** Rejects with a LabError and changes nothing, as the Lab's. */
  async setState(patch: unknown): Promise<void> {
    await this.opened;
    const merge = (state: State, own: unknown) => this.#service.ask((exact) => exact.merge(state, own));
    const before = this.#gallery.settings;
    const next = await merged(before, patch, merge);
    next.state = await withFile(this.#service, drawingIn(next), before.state, next.state);
    // What has just been opened for it stands already.
    if (next.of && equal(stateOf(next), this.state) && next.state.classifier.kind !== 'learned') return;
    this.#gallery.set(next, { train: true });
  }

  play(): void {
    this.#gallery.play();
  }

  pause(): void {
    if (this.playing) this.#gallery.seek(this.#gallery.place);
  }

  async step(by = 1): Promise<void> {
    await this.#gallery.settled();
    this.#gallery.seek(this.#gallery.place + by);
  }

  async finish(): Promise<void> {
    await this.#gallery.settled();
    this.#gallery.seek(this.#gallery.last);
  }

  async reset(seed?: number): Promise<void> {
    if (seed !== undefined) await this.setState({ seed });
    await this.#gallery.settled();
    this.#gallery.seek(0);
  }

  /** The pictures of a lane at the present time, of digits ten times 196 numbers; of points their places in the plane. */
  async samples(lane: LaneName): Promise<Float32Array> {
    await this.#gallery.settled();
    const lanes = this.#gallery.shown?.lanes ?? [];
    const place = lanes.indexOf(lane);
    if (place < 0) {
      const says = saying(PICTURES_LANE, { value: String(lane), lanes: lanes.join(', ') });
      throw new LabError(fault('unsupported', 'lane', says));
    }
    return this.#gallery.all(place).slice();
  }

  async picture(ratio: number): Promise<Blob> {
    await this.#gallery.settled();
    const { shown } = this.#gallery;
    const probe = this.#host.querySelector<HTMLElement>('.probe i');
    if (!shown || !probe) throw LabError.notReady();
    const theme = readTheme(this.#owner.element, probe);
    const { drawing } = this.#gallery;
    const { shape, columns } = drawing;
    const rows = shown.lanes.map((lane, place) => ({
      label: t(LANE_STYLES[lane].label),
      colour: theme.laneText[lane],
      images: shape ? [...Array(columns).keys()].map((column) => this.#gallery.x(place, column)) : [],
      square: shape ? null : this.#gallery.square(lane, theme.lanes[lane]),
    }));
    const time = t('t = {time}', { time: formatTime(shown.drawn.times[this.#gallery.place] as number) });
    return wallOf(rows, drawing, time, theme, this.#host.clientWidth || UNSEEN, ratio);
  }

  measure = async () => this.#refuse('measure');
  at = async () => this.#refuse('at');
  fit = async () => this.#refuse('fit');
  sweep = async () => this.#refuse('sweep');
  sweepCost = async () => this.#refuse('sweepCost');
  undo = async () => {};
  redo = async () => {};

  #refuse(what: string): never {
    throw new LabError(fault('unsupported', 'mixture', saying(PICTURES_HAVE_NO, { what })));
  }

  // --- The page around it -------------------------------------------------------------------------

  /** What went wrong with something that was asked for. */
  report(error: LabError): void {
    this.#gallery.report(error);
    this.#owner.emit('error', error);
  }

  hold(): void {
    this.#gallery.resume();
  }

  setActive(active: boolean): void {
    if (!active) this.pause();
    this.#gallery.setActive(active);
  }

  /** What is on show stays; the next question starts the worker again. What is being opened is opened first. */
  async release(): Promise<void> {
    await this.opened.catch(() => {});
    if (this.#owner.element.isConnected) return;
    this.#gallery.stop();
    this.#service.stop();
  }

  /** A word is explained by the glossary, which is fetched with the first. */
  readonly #explain = (event: Event) => {
    const word = (event.target as Element).closest<HTMLElement>('[data-word]');
    if (!word) return;
    event.preventDefault();
    void import('../words/glossary').then(({ showWord }) => showWord(word, word.dataset.word ?? ''));
  };
}
