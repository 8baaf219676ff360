/** The two charts below the picture: loaded when they are first seen, and drawn as often as they can be read. */
import type { Lab } from '../lab/lab';
import type { Stage } from '../painter/stage';
import type { Charts } from './charts';

/** While playing, charts follow so often, in milliseconds; their mark at the end of a run is exact. */
const OFTEN = 100;

export class ChartPair {
  readonly #lab: Lab;
  readonly #stage: Stage;
  #charts: Charts | null = null;
  #loading = false;
  #visible = false;
  #at = 0;

  constructor(lab: Lab, stage: Stage) {
    this.#lab = lab;
    this.#stage = stage;
  }

  /** Whether they are near the view. Rejects if they cannot be loaded. */
  async see(visible: boolean): Promise<void> {
    this.#visible = visible;
    if (!visible) return;
    if (!this.#charts && !this.#loading) {
      this.#loading = true;
      // After the first frame, when nothing else is to be done.
      await this.#lab.ready;
      await new Promise((resolve) =>
        (globalThis.requestIdleCallback ?? setTimeout)(resolve, { timeout: 1000 } as never),
      );
      const { Charts: Made } = await import('./charts');
      const { root, theme } = this.#stage;
      const [classifier, samples] = root.querySelectorAll<HTMLElement>('.chart-plot');
      if (classifier && samples) this.#charts = new Made(root, classifier, samples, theme);
      // What is empty is not printed.
      root.querySelector('.charts')?.classList.toggle('drawn', this.#charts !== null);
    }
    this.update();
  }

  /** `now`: as they are, at once, seen or not. */
  update(now = false): void {
    if (!this.#charts || !this.#lab.subject || !(now || this.#visible)) return;
    const time = performance.now();
    if (!now && this.#lab.playing && time - this.#at < OFTEN) return;
    this.#at = time;
    this.#charts.set(this.#stage.theme, this.#lab.charts);
  }

  /** They listen to the window. */
  destroy(): void {
    this.#charts?.destroy();
    this.#charts = null;
    this.#loading = false;
  }
}
