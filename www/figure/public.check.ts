/** The class keeps what `public.ts` promises: this file fails to compile where it does not. */
import type { GuidanceLab } from './element';
import type { GuidanceLabElement, GuidanceLabPathProperties, GuidanceLabPaths } from './public';

// Paths are defined on the prototype (`properties.ts`); manifest.test.ts finds them there.
type Elsewhere = keyof HTMLElement | keyof GuidanceLabPathProperties | 'state' | 'addEventListener';
type Promised = Omit<GuidanceLabElement, Elsewhere>;
type Kept = GuidanceLab extends Promised ? true : never;
export const kept: Kept = true;

/** Every key of the state is a property. */
type Missing = Exclude<keyof GuidanceLabPaths, keyof GuidanceLabPathProperties>;
export const complete: [Missing] extends [never] ? true : never = true;
