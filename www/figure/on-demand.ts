/** What few need at once: the tools on the picture, the panels below it, the menus that save. Each comes with its first use. */
import type { Tools } from '../edit/tools';
import type { Part } from '../export/figure';
import type { Detail } from '../lab/closed-forms';
import { LabError } from '../lab/error';
import type { Lab } from '../lab/lab';
import type { Stage } from '../painter/stage';
import type { Panels } from '../panels';
import { again } from '../workers/again';
import type { State } from '../workers/protocol';

export class OnDemand {
  readonly #lab: Lab;
  readonly #stage: Stage;
  #tools: Tools | null = null;
  #toolsLoading = false;
  #panels: Panels | null = null;
  /** What shows states in 2D, once there has been one. */
  plane: typeof import('../painter/plane') | null = null;
  /** The sentence, the numbers and the picture's description, soon after the figure has begun. */
  said: typeof import('./said') | null = null;
  #saying: Promise<void> | null = null;
  /** The controls beside the picture, once a figure shows some. */
  controlsForm: typeof import('../controls/form').controlsForm | null = null;

  constructor(lab: Lab, stage: Stage) {
    this.#lab = lab;
    this.#stage = stage;
  }

  /** The figure's parts are others: what stood on them is made anew. */
  forget(): void {
    this.#tools = this.#panels = null;
    this.#toolsLoading = false;
  }

  /** With the picture. */
  draw(): void {
    this.#tools?.draw();
    this.#panels?.draw();
  }

  async bringPlane(): Promise<void> {
    this.plane ??= await again(() => import('../painter/plane'));
  }

  /** How fine the picture wants curves and arrows. */
  detail(state: State): Detail {
    const { width, height } = this.#stage.size;
    const side = this.plane?.planeLayout(width, height, this.plane.panesOf(state)).panes[0]?.square.width ?? 0;
    return { points: 2 * Math.round(width || 600) + 1, rows: Math.min(27, Math.max(11, Math.round(side / 20))) };
  }

  /** A figure without words is better than none; who asks again tries again. */
  bringSaid(): Promise<void> {
    this.#saying ??= again(() => import('./said')).then(
      (said) => {
        said.styleSaid(this.#stage.root);
        this.said = said;
      },
      (thrown) => {
        this.#saying = null;
        this.#lab.report(LabError.from(thrown));
      },
    );
    return this.#saying;
  }

  /** A figure without its controls is better than none. */
  async bringControls(): Promise<void> {
    try {
      if (this.controlsForm) return;
      const { controlsForm, styleControls } = await again(() => import('../controls/form'));
      styleControls(this.#stage.root);
      this.controlsForm = controlsForm;
    } catch (thrown) {
      this.#lab.report(LabError.from(thrown));
    }
  }

  /** The tools come after the first frame, or when the picture is first touched. */
  async loadTools(): Promise<void> {
    if (this.#tools || this.#toolsLoading) return;
    this.#toolsLoading = true;
    try {
      await this.#lab.opened;
      const { Tools: Made } = await again(() => import('../edit/tools'));
      this.#tools = new Made(this.#lab, this.#stage);
    } catch {
      // The figure works without them; the next touch tries again.
      this.#toolsLoading = false;
    }
  }

  /** The panel of a name, below the charts. */
  showPanel(name: string): void {
    this.#guard(async () => {
      const { Panels: Made } = await import('../panels');
      this.#panels ??= new Made(this.#lab, this.#stage);
      this.#panels.show(name);
    });
  }

  /** The menu that saves a chart, at its button. */
  save(button: HTMLElement, part: Part): void {
    this.#guard(async () => {
      const { save } = await import('../export/figure');
      save(button, part, this.#lab, this.#stage.theme);
    });
  }

  /** What a word means, beside it. */
  explain(word: HTMLElement): void {
    this.#guard(async () => {
      const { showWord } = await import('../words/glossary');
      await showWord(word, word.dataset.word ?? '');
    });
  }

  #guard(work: () => Promise<void>): void {
    work().catch((thrown) => this.#lab.report(LabError.from(thrown)));
  }
}
