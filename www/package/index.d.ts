import type { GuidanceLabElement, LabErrorData } from './types/figure/public.js';

export type * from './types/figure/public.js';

/** The class behind `<guidance-lab>`. `guidance-lab/register` defines the tag. */
export declare const GuidanceLab: {
  new (): GuidanceLabElement;
  prototype: GuidanceLabElement;
  readonly version: string;
  /** What all figures of the page hold together; null when no worker runs. */
  usage(): Promise<{ simulations: number; memory: number } | null>;
};

/** The one error that reaches people: a stable code, the path of the field at fault, and words. */
export declare class LabError extends Error {
  readonly code: LabErrorData['code'];
  readonly path: string;
  constructor(data: LabErrorData);
  static from(thrown: unknown): LabError;
}
