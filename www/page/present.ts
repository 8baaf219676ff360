/**
 * Presenting: the whole screen, type that can be read from the last row, the keys of a lecturer and
 * of a remote control, and a mark around the pointer. The figure is the same one, zoomed.
 */
import { html, nothing, render } from 'lit';
import { KINDS } from '../controls/classifier';
import type { Kind } from '../controls/classifier/kind';
import type { GuidanceLab } from '../figure/element';
import { isForThePage } from '../figure/keys';
import { drawsPictures } from '../lab/named';
import type { Lessons } from '../lessons/menu';
import { t } from '../words';
import './present.css';

/** The height of a window for which the figure's own type would be large enough. */
const READABLE_HEIGHT = 600;
const READABLE_WIDTH = 1000;
/** The same with the controls of the classifier beside the picture. */
const READABLE_WITH_CONTROLS = 1200;
/** The same for a wall of pictures. */
const READABLE_PICTURES = 800;
const WEIGHT_STEP = 0.5;
/** Below the figure, and the lowest picture that is one. */
const MARGIN = 16;
const LEAST_PICTURE = 200;
/** The height of a window of which a lesson's type, 19 px, is a fortieth. */
const READABLE_LESSON = 760;
/** In a lower one more of it has to fit: 16 px. */
const LOW = 800;
const LEAST_TYPE = 16 / 19;

interface Key {
  keys: string[];
  /** As it is written in the help. */
  name: string;
  what: string;
  act: () => void;
}

export class Presenter {
  readonly #figure: GuidanceLab;
  readonly #lessons: Lessons;
  readonly #pointer = document.createElement('div');
  readonly #help = document.createElement('dialog');
  /** What the figure says grows and shrinks with what happens. */
  readonly #watch = new ResizeObserver(() => this.#fill());
  #controls = '';
  #active = false;
  #zoom = 1;
  #picture = 0;
  /** What the figure was fitted to. */
  #fitted = 0;
  /** What the key for the classifier goes back to. */
  #swapped: Kind = 'wiggle';

  constructor(figure: GuidanceLab, lessons: Lessons) {
    this.#figure = figure;
    this.#lessons = lessons;
    this.#pointer.className = 'pointer-mark';
    this.#pointer.hidden = true;
    this.#pointer.setAttribute('aria-hidden', 'true');
    this.#help.className = 'keys';
    document.body.append(this.#pointer, this.#help);
    // A lesson takes its room beside the figure.
    lessons.addEventListener('change', () => this.#fill());
  }

  get active(): boolean {
    return this.#active;
  }

  /** Whether the figure shows pictures in place of the Lab. */
  get #pictures(): boolean {
    return drawsPictures(this.#figure.state.mixture);
  }

  async enter(): Promise<void> {
    if (this.#active) return;
    this.#active = true;
    document.documentElement.dataset.presenting = '';
    if (!this.#lessons.session) {
      this.#controls = this.#figure.controls;
      this.#figure.controls = 'verdict kind frequency weight time readouts';
    }
    this.#fit();
    this.#watch.observe(this.#figure);
    addEventListener('resize', this.#fit);
    document.addEventListener('fullscreenchange', this.#onFullscreen);
    document.addEventListener('pointermove', this.#onPointer);
    // The mode holds without the whole screen, too: a sandboxed frame may not have it.
    await document.documentElement.requestFullscreen?.().catch(() => {});
    this.#fit();
  }

  leave(): void {
    if (!this.#active) return;
    this.#active = false;
    delete document.documentElement.dataset.presenting;
    this.#figure.style.removeProperty('zoom');
    this.#figure.style.removeProperty('--present-zoom');
    this.#figure.style.removeProperty('--lab-picture');
    this.#pointer.hidden = true;
    this.#watch.disconnect();
    removeEventListener('resize', this.#fit);
    document.removeEventListener('fullscreenchange', this.#onFullscreen);
    document.removeEventListener('pointermove', this.#onPointer);
    if (!this.#lessons.session && this.#controls) this.#figure.controls = this.#controls;
    if (document.fullscreenElement) void document.exitFullscreen().catch(() => {});
  }

  /** Acts on a key, if it is one of ours. */
  key(event: KeyboardEvent): void {
    if (!isForThePage(event)) return;
    if (this.#help.open && event.key !== '?') return;
    if (event.key === 'Escape' && this.#active) {
      this.leave();
      return;
    }
    if (this.act(event.key)) event.preventDefault();
  }

  /** Whether the key was one of ours. */
  act(key: string): boolean {
    const found = this.#keys().find(({ keys }) => keys.includes(key));
    found?.act();
    return found !== undefined;
  }

  /** The list of keys; the same key closes it. */
  help(): void {
    if (this.#help.open) {
      this.#help.close();
      return;
    }
    const close = () => this.#help.close();
    render(
      html`<h2 id="keys-title">${t('Keys')}</h2>
        <dl>
          ${this.#keys().map(({ name, what }) => html`<div><dt><kbd>${name}</kbd></dt><dd>${what}</dd></div>`)}
          <div><dt><kbd>← →</kbd></dt><dd>${t('One step of the run back or on')}</dd></div>
          ${this.#active ? html`<div><dt><kbd>Esc</kbd></dt><dd>${t('Leave the presentation')}</dd></div>` : nothing}
        </dl>
        <button type="button" @click=${close}>${t('Close')}</button>`,
      this.#help,
    );
    this.#help.setAttribute('aria-labelledby', 'keys-title');
    this.#help.showModal();
  }

  #keys(): Key[] {
    const { session } = this.#lessons;
    const figure = this.#figure;
    const { lab } = figure;
    const weigh = (by: number) => {
      const { min = 0, max = Number.POSITIVE_INFINITY } = lab.fields.get('guidance.gamma') ?? {};
      const gamma = Math.min(max, Math.max(min, figure.state.guidance.gamma + by));
      void figure.setState({ guidance: { gamma } }).catch(() => {});
    };
    const swap = () => {
      const { kind } = figure.state.classifier;
      if (kind !== 'exact') this.#swapped = kind;
      const other = kind === 'exact' ? this.#swapped : 'exact';
      if (this.#pictures) void figure.setState({ classifier: KINDS[other].first }).catch(() => {});
      else lab.change({ classifier: lab.lastClassifier(other) ?? KINDS[other].first });
    };
    const always: Key[] = [
      {
        keys: [' '],
        name: t('Space'),
        what: t('Play or pause'),
        act: () => {
          if (!this.#pictures) lab.toggle();
          else if (figure.playing) figure.pause();
          else figure.play();
        },
      },
      { keys: ['r', 'R'], name: 'R', what: t('Back to the noise'), act: () => void figure.reset().catch(() => {}) },
      { keys: ['+', '='], name: '+', what: t('Larger scale γ'), act: () => weigh(WEIGHT_STEP) },
      { keys: ['-', '−', '_'], name: '−', what: t('Smaller scale γ'), act: () => weigh(-WEIGHT_STEP) },
      { keys: ['w', 'W'], name: 'W', what: t('The exact classifier, or the one under test'), act: swap },
      {
        keys: ['h', 'H'],
        name: 'H',
        what: t('Highlight the pointer'),
        act: () => {
          this.#pointer.toggleAttribute('data-on');
          this.#pointer.hidden = !this.#pointer.hasAttribute('data-on');
        },
      },
      {
        keys: ['f', 'F'],
        name: 'F',
        what: t('Present on the whole screen, or stop'),
        act: () => (this.#active ? this.leave() : void this.enter()),
      },
      { keys: ['?'], name: '?', what: t('These keys'), act: () => this.help() },
    ];
    if (!session) return always;
    return [
      {
        // Elsewhere the page keys scroll; a remote control sends them.
        keys: this.#active ? ['PageDown', 'n', 'N'] : ['n', 'N'],
        name: this.#active ? 'N, Page ↓' : 'N',
        what: t('Next step of the lesson'),
        act: () => void session.go(session.index + 1),
      },
      {
        keys: this.#active ? ['PageUp', 'p', 'P'] : ['p', 'P'],
        name: this.#active ? 'P, Page ↑' : 'P',
        what: t('Previous step of the lesson'),
        act: () => void session.go(session.index - 1),
      },
      { keys: ['l', 'L'], name: 'L', what: t('Reset to the lesson'), act: () => void session.reset() },
      { keys: ['s', 'S'], name: 'S', what: t('Show me: do what the step asks for'), act: () => void session.showMe() },
      { keys: ['v', 'V'], name: 'V', what: t('Reveal the answer'), act: () => session.reveal() },
      ...always,
    ];
  }

  /** Type and picture as large as the window allows. */
  readonly #fit = () => {
    if (!this.#active) return;
    const widest = this.#widest;
    const zoom = Math.min(4, Math.max(1, Math.min(innerHeight / READABLE_HEIGHT, widest) * 1.1));
    this.#fitted = widest;
    this.#figure.style.setProperty('zoom', String(zoom));
    this.#figure.style.setProperty('--present-zoom', String(zoom));
    this.#zoom = zoom;
    this.#picture = Math.round(innerHeight / zoom - 280);
    this.#figure.style.setProperty('--lab-picture', `${this.#picture}px`);
    this.#fill();
    const type = innerHeight < LOW ? LEAST_TYPE : Math.min(3, innerHeight / READABLE_LESSON);
    document.documentElement.style.setProperty('--present', String(type));
  };

  /** How many times the width in which its type is read the figure has. */
  get #widest(): number {
    const { session } = this.#lessons;
    const width = innerWidth * (session && innerWidth >= 1024 ? 0.7 : 1);
    return width / (this.#pictures ? READABLE_PICTURES : session ? READABLE_WIDTH : READABLE_WITH_CONTROLS);
  }

  /** The picture takes what the words and numbers leave of the window. */
  readonly #fill = () => {
    if (!this.#active) return;
    if (this.#widest !== this.#fitted) {
      this.#fit();
      return;
    }
    const spare = innerHeight - MARGIN - (this.#figure.getBoundingClientRect().bottom + scrollY);
    const picture = Math.max(LEAST_PICTURE, Math.floor(this.#picture + spare / this.#zoom));
    if (Math.abs(picture - this.#picture) < 3) return;
    this.#picture = picture;
    this.#figure.style.setProperty('--lab-picture', `${picture}px`);
  };

  readonly #onFullscreen = () => {
    if (!document.fullscreenElement) this.leave();
  };

  readonly #onPointer = (event: PointerEvent) => {
    this.#pointer.style.translate = `${event.clientX}px ${event.clientY}px`;
  };
}
