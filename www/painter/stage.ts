/** The picture in the page: the tree that it stands in, its size and colours, and which of its points a pointer means. */
import { t } from '../words';
import { readTheme, type Theme } from './theme';

export class Stage {
  /** The element that the picture belongs to. */
  readonly host: HTMLElement;
  /** In pixels of the picture, which a page may show in any scale. */
  size = { width: 0, height: 0 };
  #theme: Theme | null = null;

  constructor(host: HTMLElement) {
    this.host = host;
  }

  get root(): ShadowRoot {
    return this.host.shadowRoot as ShadowRoot;
  }

  find<Found extends HTMLElement>(selector: string): Found | null {
    return this.root.querySelector<Found>(selector);
  }

  /** The colours in force. */
  get theme(): Theme {
    const probe = this.find('.probe i');
    if (!probe) throw new Error(t('The figure has not been drawn yet.'));
    this.#theme ??= readTheme(this.host, probe);
    return this.#theme;
  }

  /** Whether they are dark ones: the ink is light. */
  get dark(): boolean {
    return Number(/\d+/.exec(getComputedStyle(this.host).color)) > 127;
  }

  /** The colours may be others. */
  retheme(): void {
    this.#theme = null;
  }

  /** The point of the picture under a pointer: the page may scale it, by a transform or by zoom. */
  pointOf({ clientX, clientY }: { clientX: number; clientY: number }): { x: number; y: number } {
    const box = (this.find('.picture') as HTMLElement).getBoundingClientRect();
    const { width, height } = this.size;
    return {
      x: ((clientX - box.left) * width) / (box.width || width),
      y: ((clientY - box.top) * height) / (box.height || height),
    };
  }
}
