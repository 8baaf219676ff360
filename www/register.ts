/** Defines the element; the entry of the published bundle. */
import { GuidanceLab } from './element';
import { LabError } from './error';

if (!customElements.get('guidance-lab')) customElements.define('guidance-lab', GuidanceLab);

declare global {
  interface HTMLElementTagNameMap {
    'guidance-lab': GuidanceLab;
  }
}

export type * from './protocol';
export type { SweepCost, SweepOptions, SweepProgress, SweepRow } from './sweep-protocol';
export { GuidanceLab, LabError };
