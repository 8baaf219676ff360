/** The element's class without any effect of importing it; `register.ts` defines the tag. Safe to import on a server. */
export { GuidanceLab } from './element';
export { LabError } from './error';
export type * from './protocol';
