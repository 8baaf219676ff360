/** The panels that explanations open, fetched with the first. */
import type { Lab } from '../lab/lab';
import type { Stage } from '../painter/stage';
import { Losers } from './losers';
import { Measures } from './measures';

export class Panels {
  readonly #made: { losers: Losers; measures: Measures };

  constructor(lab: Lab, stage: Stage) {
    this.#made = { losers: new Losers(lab, stage), measures: new Measures(lab, stage) };
  }

  show(name: string): void {
    if (name === 'losers' || name === 'measures') this.#made[name].show();
  }

  draw(): void {
    for (const panel of Object.values(this.#made)) panel.draw();
  }
}
