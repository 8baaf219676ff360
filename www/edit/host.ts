/** What the tools on the picture may ask of the element. */

import type { Subject, Window } from '../painter/subject';
import type { Endpoints } from '../workers/client';
import type { Field, State } from '../workers/protocol';

export interface Host {
  readonly root: ShadowRoot;
  readonly exact: Endpoints['exact'];
  readonly fields: ReadonlyMap<string, Field>;
  /** The state with the changes that are still being validated. */
  readonly state: State;
  readonly subject: Subject | null;
  readonly size: { width: number; height: number };
  /** The groups of controls that are shown. */
  shown(group: string): boolean;
  /** A change by hand: shown at once, validated, coalesced; an error is told on the page. */
  change(patch: unknown): void;
  /** A whole change; rejects with a LabError and changes nothing. */
  set(patch: unknown): Promise<void>;
  /** A part of the axes, or null for the whole. While `hold` is on the axes stand still. */
  look(window: Window | null): void;
  hold(on: boolean): void;
  readonly zoomed: boolean;
  /** Pauses and goes to the end of the run, where the particles are data. */
  finish(): void;
  tell(kind: 'error' | 'info', text: string, items?: string[]): void;
  undo(): void;
  redo(): void;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}
