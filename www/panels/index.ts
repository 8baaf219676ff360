/** The panels that explanations open, fetched with the first. */
import type { Lab } from '../lab/lab';
import type { Stage } from '../painter/stage';
import { DiagnosisPanel } from './diagnosis-panel';
import { Losers } from './losers';
import { MatchedPanel } from './matched-panel';
import { Measures } from './measures';
import type { Panel } from './panel';

export class Panels {
  readonly #made: ReadonlyMap<string, Panel>;

  constructor(lab: Lab, stage: Stage) {
    this.#made = new Map<string, Panel>([
      ['losers', new Losers(lab, stage)],
      ['measures', new Measures(lab, stage)],
      ['diagnosis', new DiagnosisPanel(lab, stage)],
      ['matched', new MatchedPanel(lab, stage)],
    ]);
  }

  show(name: string): void {
    this.#made.get(name)?.show();
  }

  draw(): void {
    for (const panel of this.#made.values()) panel.draw();
  }
}
