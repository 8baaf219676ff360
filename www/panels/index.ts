/** The panels that explanations open, fetched with the first. */
import type { Host } from '../edit/host';
import { Losers } from './losers';
import { Measures } from './measures';

export class Panels {
  readonly #made: { losers: Losers; measures: Measures };

  constructor(host: Host) {
    this.#made = { losers: new Losers(host), measures: new Measures(host) };
  }

  show(name: string): void {
    if (name === 'losers' || name === 'measures') this.#made[name].show();
  }

  draw(): void {
    for (const panel of Object.values(this.#made)) panel.draw();
  }
}
