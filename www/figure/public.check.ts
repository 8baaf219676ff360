/** The class keeps what `public.ts` promises: this file fails to compile where it does not. */
import type { GuidanceLab } from './element';
import type { GuidanceLabElement } from './public';

type Promised = Omit<GuidanceLabElement, keyof HTMLElement | 'state' | 'addEventListener'>;
type Kept = GuidanceLab extends Promised ? true : never;
export const kept: Kept = true;
