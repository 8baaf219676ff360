/** What a kind of classifier has of its own on the page. One file beside this one for each, listed in `index.ts`. */
import type { TemplateResult } from 'lit';
import type { Lab } from '../../lab/lab';
import type { State } from '../../workers/protocol';

export type Classifier = State['classifier'];
export type Kind = Classifier['kind'];
export type Of<Name extends Kind> = Extract<Classifier, { kind: Name }>;

/** What a control reads and changes. */
export type Bench = Pick<Lab, 'fields' | 'state' | 'change'>;

export interface KindControl<Name extends Kind> {
  kind: Name;
  /** What it is called among the kinds. */
  label(): string;
  /** What choosing it the first time sets. */
  first: Of<Name>;
  /** It in a sentence; of a state, if that matters. */
  about(classifier: Of<Name>, state?: State): string;
  /** What is asked before its guidance over the run is measured. */
  question(classifier: Of<Name>): string;
  /** Its own controls; `shown` tells which are wanted. */
  controls(classifier: Of<Name>, lab: Bench, shown: (name: string) => boolean): TemplateResult;
}
