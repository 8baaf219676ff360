/** `import 'guidance-lab/svelte'`: `<guidance-lab>` in Svelte 5 templates. */
import type { HTMLAttributes } from 'svelte/elements';
import type { GuidanceLabAttributes, GuidanceLabElement } from './types/figure/public.js';

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'guidance-lab': Omit<HTMLAttributes<GuidanceLabElement>, keyof GuidanceLabAttributes> & GuidanceLabAttributes;
  }
}
