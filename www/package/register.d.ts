import type { GuidanceLabElement } from './types/figure/public.js';

export * from './index.js';

declare global {
  interface HTMLElementTagNameMap {
    'guidance-lab': GuidanceLabElement;
  }
}
