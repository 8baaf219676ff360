/** The element's class without any effect of importing it; `register.ts` defines the tag. Safe to import on a server. */

export { LabError } from '../lab/error';
export type * from '../workers/protocol';
export { GuidanceLab } from './element';
