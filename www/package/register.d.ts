import type { GuidanceLabElement } from './types/public.js';

export * from './index.js';

declare global {
  interface HTMLElementTagNameMap {
    'guidance-lab': GuidanceLabElement;
  }
}
