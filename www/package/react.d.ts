/** `import 'guidance-lab/react'`: `<guidance-lab>` in JSX, for React 19. */
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { GuidanceLabAttributes, GuidanceLabElement } from './types/figure/public.js';

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'guidance-lab': Omit<
        DetailedHTMLProps<HTMLAttributes<GuidanceLabElement>, GuidanceLabElement>,
        keyof GuidanceLabAttributes
      > &
        GuidanceLabAttributes;
    }
  }
}
