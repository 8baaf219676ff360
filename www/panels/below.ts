/** A panel below the charts, opened from the explanation of a readout; it follows the run when that stands still. */
import { html, render, type TemplateResult } from 'lit';
import type { Host } from '../edit/host';
import { chooseFormat, type Savable } from '../export/save';
import type { GuidanceLab } from '../figure/element';
import { LabError } from '../lab/error';
import type { Scene } from '../painter/scene';
import { readTheme, type Theme } from '../painter/theme';
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
  protected readonly host: Host;
  protected readonly lab: GuidanceLab;
  protected readonly panel = document.createElement('section');
  protected note = '';
  /** The `id` of the explanation that opened it: there the focus goes back to. */
  protected abstract readonly from: string;
  #found: Found | null = null;
  #timer = 0;
  #asking = 0;

  constructor(host: Host) {
    this.host = host;
    this.lab = host.root.host as GuidanceLab;
    if (!Below.#styled.has(host.root)) {
      Below.#styled.add(host.root);
      const style = new CSSStyleSheet();
      style.replaceSync(sheet);
      host.root.adoptedStyleSheets = [...host.root.adoptedStyleSheets, style];
    }
    this.panel.className = 'below';
    this.panel.setAttribute('part', 'charts');
    for (const type of ['measurement', 'statechange']) {
      this.lab.addEventListener(type, () => {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => void this.#ask(), REST) as unknown as number;
      });
    }
  }

  get open(): boolean {
    return this.panel.isConnected;
  }

  show(): void {
    this.host.root.querySelector('.figure')?.append(this.panel);
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
    this.host.root.querySelector<HTMLElement>(`[popovertarget="${this.from}"]`)?.focus();
  }

  /** Measures what is on show, or says in `note` why not. */
  protected abstract measure(scene: Scene): Promise<Omit<Found, keyof Of> | null>;
  protected abstract body(found: Found, scene: Scene, theme: Theme): TemplateResult;
  protected abstract title(found: Found | null): unknown;
  protected abstract hint(found: Found, scene: Scene): string;

  async #ask(): Promise<void> {
    this.#asking += 1;
    const asked = this.#asking;
    const { scene } = this.host;
    if (!this.open || !scene || this.lab.playing) return;
    const { state, step, time } = scene;
    let found: Found | null = null;
    try {
      const measured = await this.measure(scene);
      // Something moved meanwhile: the next question is on its way.
      if (asked !== this.#asking || scene.step !== step || scene.state !== state) return;
      found = measured && ({ ...measured, state, step, time } as Found);
    } catch (thrown) {
      this.note = say(LabError.from(thrown).says);
    }
    this.#found = found;
    this.draw();
  }

  /** What is known of the picture on show. */
  protected present(): Found | null {
    const { scene } = this.host;
    const found = this.#found;
    return found && scene && found.state === scene.state && found.step === scene.step ? found : null;
  }

  draw(): void {
    const { scene } = this.host;
    const probe = this.host.root.querySelector<HTMLElement>('.probe i');
    if (!this.open || !scene || !probe) return;
    const theme = readTheme(this.lab, probe);
    const found = this.present();
    render(
      html`<header>
          <div>
            <p class="title" role="status">${this.title(found)}</p>
            <p class="hint">${found ? this.hint(found, scene) : this.note || t('Measured when the run stands still.')}</p>
          </div>
          <button type="button" class="icon" aria-label=${t('Close')} @click=${() => this.hide()}>×</button>
        </header>
        ${found ? this.body(found, scene, theme) : ''}`,
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
