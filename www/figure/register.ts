/** Defines the element; the entry of the published bundle. */

import { LabError } from '../lab/error';
import { GuidanceLab } from './element';

const before = customElements.get('guidance-lab') as (typeof GuidanceLab & { version?: string }) | undefined;
if (!before) {
  customElements.define('guidance-lab', GuidanceLab);
} else if (before !== GuidanceLab && before.version !== GuidanceLab.version) {
  console.warn(
    `<guidance-lab> is loaded twice: version ${before.version ?? 'unknown'} came first and is used, version ${GuidanceLab.version} is not. Remove one of the two scripts.`,
  );
}

declare global {
  interface HTMLElementTagNameMap {
    'guidance-lab': GuidanceLab;
  }
}

export type * from '../workers/protocol';
export type { SweepCost, SweepOptions, SweepProgress, SweepRow } from '../workers/sweep-protocol';
export { GuidanceLab, LabError };
