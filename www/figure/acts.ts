/** What a person does to a figure by pointer and keys, and what comes of it. */
import type { Lab } from '../lab/lab';
import { keyAct } from './keys';
import type { OnDemand } from './on-demand';

export class Acts {
  readonly #lab: Lab;
  readonly #onDemand: OnDemand;
  readonly #maySetTime: () => boolean;
  /** A number that is typed and not yet taken. */
  #typing: EventTarget | null = null;

  constructor(lab: Lab, onDemand: OnDemand, maySetTime: () => boolean) {
    this.#lab = lab;
    this.#onDemand = onDemand;
    this.#maySetTime = maySetTime;
  }

  /** What one press of a pointer changes is one step of undo. */
  readonly onPress = () => {
    this.#lab.press(true);
    const released = () => {
      this.#lab.press(false);
      for (const name of ['pointerup', 'pointercancel']) removeEventListener(name, released, true);
    };
    for (const name of ['pointerup', 'pointercancel']) addEventListener(name, released, true);
  };

  readonly onTyping = (event: Event) => {
    const target = event.composedPath()[0] as HTMLInputElement;
    this.#typing = event.type === 'input' && ['number', 'text'].includes(target.type) ? target : null;
  };

  readonly onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey) return;
    const target = event.composedPath()[0] as HTMLElement;
    if (event.ctrlKey || event.metaKey) {
      const key = event.key.toLowerCase();
      // In a field that is being typed in, undo is the field's.
      if ((key !== 'z' && key !== 'y') || target === this.#typing || target.matches('textarea')) return;
      event.preventDefault();
      void (key === 'y' || event.shiftKey ? this.#lab.redo() : this.#lab.undo());
      return;
    }
    const busy = target.closest('input, select, button, a, summary, textarea');
    if (event.key === 'Escape' || !this.#lab.isOpen) return;
    if (busy && !(event.key === ' ' && target.matches('.scrubber'))) return;
    const act = this.#maySetTime() ? keyAct(this.#lab, event) : null;
    if (!act) return;
    event.preventDefault();
    act();
  };

  /** A word is explained by the glossary, a readout may open a panel: both are fetched with the first. */
  readonly onClick = (event: Event) => {
    const target = event.target as Element;
    const panel = target.closest<HTMLElement>('[data-panel]')?.dataset.panel;
    if (panel) this.#onDemand.showPanel(panel);
    const word = target.closest<HTMLElement>('[data-word]');
    if (!word) return;
    event.preventDefault();
    event.stopPropagation();
    this.#onDemand.explain(word);
  };
}
