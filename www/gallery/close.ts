/** One picture looked at closely: what is known of it at the present time, exactly. */
import { html, type TemplateResult } from 'lit';
import { LabError } from '../lab/error';
import { Latest } from '../lab/latest';
import { LANE_STYLES, readTheme, type Theme } from '../painter/theme';
import { say, t } from '../words';
import { tm } from '../words/markup';
import { formatNumber, formatTime } from '../words/numbers';
import type { Cell, Flat, LaneName } from '../workers/protocol';
import { type Drawing, nameOf } from './drawing';
import { type Colours, isThere, paintImage, paintSigned, squareOf } from './paint';
import { type Path, paintPaths, pathsOf } from './plane';
import type { Service } from './service';
import { asked, drawingIn, type Settings, type Shown } from './settings';

/** What is looked at. */
export interface View {
  x: Float32Array;
  /** Which of the run's times it is. */
  place: number;
  time: number;
  target: number;
  run: Shown;
  column: number;
  settings: Settings;
  /** Whether time stands still: only then is anything asked. */
  still: boolean;
}

/** Shorter guidance is none that anybody could see. */
const SEEN = 1e-3;

const size = (v: Float32Array): number => Math.sqrt(v.reduce((sum, each) => sum + each * each, 0));
const largest = (v: Float32Array): number => v.reduce((top, each) => Math.max(top, Math.abs(each)), 0);
const minus = (a: Float32Array, b: Float32Array): Float32Array => a.map((each, index) => each - (b[index] as number));

export class Close {
  readonly #redraw: () => void;
  #view: View | null = null;
  /** What the answer is of. */
  #answered: { view: View; cell: Cell } | null = null;
  #failed = '';
  readonly #looks: Latest<View, Cell>;
  /** The plane of the paths. */
  #plane: { of: Drawing; flat: Flat } | null = null;
  readonly #planes: Latest<Drawing, Flat>;
  /** Which one has been asked for. */
  #asked: Drawing | null = null;
  /** The paths of the column that is looked at. */
  #paths: { run: Shown; column: number; paths: Path[] } | null = null;

  constructor(service: Service, redraw: () => void) {
    this.#redraw = redraw;
    this.#looks = new Latest<View, Cell>(
      ({ x, time, target, settings }) =>
        service.ask((exact) => exact.gallery('look', asked(settings), time, target, x.slice()), settings),
      (cell, view) => {
        this.#answered = { view, cell };
        this.#failed = '';
        this.#redraw();
      },
      (thrown) => this.#fail(thrown),
    );
    this.#planes = new Latest<Drawing, Flat>(
      () => service.ask((exact) => exact.gallery('plane')),
      (flat, of) => {
        this.#plane = { of, flat };
        this.#redraw();
      },
      (thrown) => this.#fail(thrown),
    );
  }

  #fail(thrown: unknown): void {
    this.#failed = say(LabError.from(thrown).says);
    this.#redraw();
  }

  /** The classifier is another one: what is known is asked for again. */
  forget(): void {
    this.#view = null;
  }

  /** The worker is ended: its answer will not come. */
  stop(): void {
    this.#looks.drop();
    this.#planes.drop();
    this.#asked = null;
    this.#view = null;
  }

  /** What is to be shown; asks for what is not known of it. */
  show(view: View): void {
    const last = this.#view;
    const same =
      last !== null &&
      last.time === view.time &&
      last.target === view.target &&
      last.settings === view.settings &&
      last.x.byteOffset === view.x.byteOffset &&
      last.x.buffer === view.x.buffer &&
      last.still === view.still;
    this.#view = view;
    if (!same && view.still && isThere(view.x)) this.#looks.ask(view);
    const of = drawingIn(view.settings);
    if (this.#plane?.of === of || this.#asked === of) return;
    this.#asked = of;
    this.#planes.ask(of);
  }

  #paintPaths(canvas: HTMLCanvasElement, { run, column, place, target }: View, theme: Theme): void {
    const square = squareOf(canvas);
    const of = drawingIn(run.settings);
    if (!square || this.#plane?.of !== of) return;
    const { flat } = this.#plane;
    if (this.#paths?.run !== run || this.#paths.column !== column)
      this.#paths = { run, column, paths: pathsOf(run.drawn, run.lanes, of, column, flat.directions) };
    const { paths } = this.#paths;
    paintPaths(square.context, [0, 0, square.side], of, flat, { paths, place, target }, theme);
  }

  paint(host: HTMLElement, colours: Colours): void {
    const view = this.#view;
    if (!view) return;
    const of = (name: string) => host.querySelector<HTMLCanvasElement>(`.close canvas[data-name="${name}"]`);
    const digit = (name: string, x: Float32Array) => {
      const canvas = of(name);
      if (canvas) paintImage(canvas, x, colours);
    };
    digit('x', view.x);
    const paths = of('paths');
    const probe = host.querySelector<HTMLElement>('.probe i');
    if (paths && probe) this.#paintPaths(paths, view, readTheme(host, probe));
    const cell = this.#answered?.cell;
    if (!cell) return;
    digit('guess', cell.guess);
    const top = Math.max(largest(cell.guidance), largest(cell.testedGuidance)) || 1;
    const signed: [string, Float32Array][] = [
      ['exact', cell.guidance],
      ['tested', cell.testedGuidance],
      ['error', minus(cell.testedGuidance, cell.guidance)],
    ];
    for (const [name, v] of signed) {
      const canvas = of(name);
      if (canvas) paintSigned(canvas, v, top, colours);
    }
  }

  /** `back`: goes to a time at which guidance acts. */
  template(looked: {
    lane: string;
    target: number;
    back: () => void;
    of: Drawing;
    /** What each lane's picture reads at the end. */
    ends: readonly { lane: LaneName; read: string }[];
  }): TemplateResult {
    const { lane, target, back, of, ends } = looked;
    const view = this.#view;
    const there = view === null || isThere(view.x);
    const time = formatTime(view?.time ?? 0);
    return html`<section class="close" .style=${`--shape: ${of.shape ? of.shape[0] / of.shape[1] : 1}`} aria-labelledby="gallery-close">
      <h2 id="gallery-close">${t('One picture at t = {time}: {lane}, {target} wanted', { time, lane, target: nameOf(of, target) })}</h2>
      ${this.#failed ? html`<p role="alert">${this.#failed}</p>` : ''}
      ${
        there
          ? this.#known(target, back, of)
          : html`<p class="note">${t('This particle is lost: its numbers have grown beyond 3.4 × 10³⁸, where single precision ends. The guidance pushed it away from everything that the mixture knows, where the gradient of a classifier that is sure of itself grows with the distance. More steps lose fewer pictures.')}</p>`
      }
      ${this.#way(of, ends)}
    </section>`;
  }

  /** Where it goes, beside the other lanes. */
  #way({ own }: Drawing, ends: readonly { lane: LaneName; read: string }[]): TemplateResult {
    const said = ends.map(({ lane, read }) => ({
      lane,
      text: t('{lane}: {read} at the end', { lane: t(LANE_STYLES[lane].label), read }),
    }));
    const name = own
      ? t('Its path, in the plane of the two directions that tell the classes apart best')
      : t('Its path, in the plane of the two directions that tell the digits apart best');
    return html`<figure class="way">
      <canvas data-name="paths" role="img" aria-label=${`${name}. ${said.map(({ text }) => text).join('; ')}`}></canvas>
      <figcaption><b>${name}</b>
        <ul>${said.map(({ lane, text }) => html`<li data-lane=${lane}>${text}</li>`)}</ul>
        <p>${ends.some(({ lane }) => lane === 'corrected') ? t('Lanes start from the same noise, but for the corrected one, where it is that of the picture which was drawn.') : t('All lanes start from the same noise.')}${t(' ')}${t('Faint marks are clean pictures that the mixture draws, each class with its name at their mean; a dot is the picture at this time, and what is faint comes after it. A path that leaves the square runs along its edge.')}</p>
      </figcaption>
    </figure>`;
  }

  #known(target: number, back: () => void, of: Drawing): TemplateResult {
    const cell = this.#answered?.cell;
    const exactKind = this.#view?.settings.state.classifier.kind === 'exact';
    const silent = cell && size(cell.guidance) < SEEN && size(cell.testedGuidance) < SEEN;
    return html`<div class="sights">
        ${this.#sight('x', t('The picture'), t('noisy, at this time'))}
        ${this.#sight('guess', t('Denoised guess'), t('the mean of the clean pictures that it can come from'))}
        ${silent ? this.#silence(back, of) : this.#guidance(cell, exactKind)}
        ${cell ? this.#posterior(cell, target, exactKind, of) : ''}
      </div>
      ${silent ? '' : html`<p class="note">${of.own ? t('Guidance says which pixels should become brighter for the class that is wanted (green), and which darker (purple). All of them share one scale. What is beyond black and white is drawn as black and white.') : t('Guidance says where ink should go for the digit that is wanted: green adds some, purple takes some away. All of them share one scale. What is beyond paper and ink is drawn as paper and ink.')}</p>`}`;
  }

  /** Three empty squares would say nothing. */
  #silence(back: () => void, { own }: Drawing): TemplateResult {
    return html`<div class="silence">
      <p>${own ? t('No guidance to show: by now its class is certain, and guidance has nothing left to say. Earlier it had.') : t('No guidance to show: by now its digit is certain, and guidance has nothing left to say. Earlier it had.')}</p>
      <button type="button" class="plain" @click=${back}>${t('Go back in time')}</button>
    </div>`;
  }

  #guidance(cell: Cell | undefined, exactKind: boolean): TemplateResult {
    const long = (v: (cell: Cell) => Float32Array) =>
      cell ? tm('length {length}', { length: formatNumber(size(v(cell))) }) : '';
    const exact = this.#sight(
      'exact',
      t('Exact guidance'),
      long(({ guidance }) => guidance),
    );
    if (exactKind) return exact;
    return html`${exact}
      ${this.#sight(
        'tested',
        t('Tested guidance'),
        long(({ testedGuidance }) => testedGuidance),
      )}
      ${this.#sight(
        'error',
        t('Guidance error'),
        long(({ guidance, testedGuidance }) => minus(testedGuidance, guidance)),
      )}`;
  }

  #sight(name: string, title: string, note: unknown): TemplateResult {
    return html`<figure><canvas data-name=${name} width="14" height="14" role="img" aria-label=${title}></canvas><figcaption><b>${title}</b><br />${note}</figcaption></figure>`;
  }

  /** The probabilities of the classes, as bars and as numbers. */
  #posterior(cell: Cell, target: number, exactKind: boolean, of: Drawing): TemplateResult {
    const { own, classes } = of;
    const percent = (log: number) => {
      const p = 100 * Math.exp(log);
      return p >= 99.95 || p < 0.05 ? `${Math.round(p)}` : p.toFixed(1);
    };
    const bar = (log: number, kind: string) =>
      html`<td class=${kind}><span class="bar" .style=${`--share: ${Math.exp(log)}`}></span><span>${percent(log)}</span></td>`;
    return html`<table class="posterior">
      <caption>${own ? t('Which class it is, in percent') : t('Which digit it is, in percent')}</caption>
      <thead><tr><th scope="col">${own ? t('Class') : t('Digit')}</th><th scope="col">${t('exact')}</th>${exactKind ? '' : html`<th scope="col">${t('tested')}</th>`}</tr></thead>
      <tbody>
        ${[...cell.posterior].map(
          (log, at) =>
            html`<tr class=${classes[at] === target ? 'wanted' : ''}><th scope="row">${nameOf(of, classes[at] as number)}</th>${bar(log, 'exact')}${exactKind ? '' : bar(cell.testedPosterior[at] as number, 'tested')}</tr>`,
        )}
      </tbody>
    </table>`;
  }
}
