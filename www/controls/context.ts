import type { Lab } from '../lab/lab';
import type { State } from '../workers/protocol';

/** What the groups of controls are made from. */
export interface Form {
  lab: Lab;
  /** With what is still being validated. */
  state: State;
  shown: (name: string) => boolean;
}
