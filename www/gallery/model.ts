/** What a figure asks of what it shows: the Lab, or what stands in for it where the mixture draws pictures. */
import type { Lab } from '../lab/lab';

export interface Model
  extends Pick<
    Lab,
    | ('opened' | 'ready' | 'isOpen' | 'preset' | 'presets' | 'query' | 'engine' | 'playing' | 'canUndo' | 'canRedo')
    | ('start' | 'open' | 'setState' | 'play' | 'pause' | 'step' | 'finish' | 'reset' | 'undo' | 'redo')
    | ('measure' | 'at' | 'fit' | 'samples' | 'sweep' | 'sweepCost' | 'hold' | 'release' | 'setActive')
    | 'report'
  > {
  readonly state: unknown;
  readonly run: { readonly step: number };
  readonly train: Pick<Lab['train'], 'start' | 'stop' | 'open' | 'save'>;
  /** What is shown in place of the figure's own parts, as it is now. */
  view?(): HTMLElement;
  /** The picture as a PNG, where it is none of the painter's. */
  picture?(ratio: number): Promise<Blob>;
}
