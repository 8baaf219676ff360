/** What opens below the charts, with a title, a way to close it and to save what it shows. */
import { html, type TemplateResult } from 'lit';
import { styleControls } from '../controls/sheet';
import { chooseFormat, type Savable } from '../export/save';
import type { Lab } from '../lab/lab';
import type { Stage } from '../painter/stage';
import { t } from '../words';
import sheet from './panels.css?inline';

export abstract class Panel {
  static #styled = new WeakSet<ShadowRoot>();
  protected readonly lab: Lab;
  protected readonly stage: Stage;
  protected readonly panel = document.createElement('section');
  /** The `id` of the explanation that opened it: there the focus goes back to. */
  protected abstract readonly from: string;

  constructor(lab: Lab, stage: Stage) {
    this.lab = lab;
    this.stage = stage;
    const { root } = stage;
    if (!Panel.#styled.has(root)) {
      Panel.#styled.add(root);
      styleControls(root);
      const style = new CSSStyleSheet();
      style.replaceSync(sheet);
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, style];
    }
    this.panel.className = 'below';
    this.panel.setAttribute('part', 'charts');
  }

  get open(): boolean {
    return this.panel.isConnected;
  }

  abstract show(): void;
  abstract draw(): void;

  protected place(): void {
    this.stage.find('.figure')?.append(this.panel);
  }

  /** Once there is something to see. */
  protected reveal(): void {
    this.panel.scrollIntoView({ block: 'nearest' });
    this.panel.querySelector<HTMLElement>('header button')?.focus({ preventScroll: true });
  }

  protected hide(): void {
    this.panel.remove();
    this.stage.find(`[popovertarget="${this.from}"]`)?.focus();
  }

  protected head(title: unknown, hint: unknown): TemplateResult {
    return html`<header>
      <div>
        <p class="title" role="status">${title}</p>
        <p class="hint">${hint}</p>
      </div>
      <button type="button" class="icon" aria-label=${t('Close')} @click=${() => this.hide()}>×</button>
    </header>`;
  }

  protected save(what: string, savable: () => Savable): TemplateResult {
    return html`<button
      type="button"
      class="save"
      aria-expanded="false"
      aria-label=${`${t('Save')}${t(': ')}${what}`}
      @click=${(event: Event) => chooseFormat(event.currentTarget as HTMLElement, savable)}
    >
      ${t('Save')}
    </button>`;
  }
}
