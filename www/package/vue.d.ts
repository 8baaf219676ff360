/** `import 'guidance-lab/vue'`: `<guidance-lab>` in Vue 3 templates. */
import type { HTMLAttributes, PublicProps } from 'vue';
import type {
  GuidanceLabAttributes,
  GuidanceLabElement,
  GuidanceLabEventMap,
  LabError,
} from './types/figure/public.js';

/** `@statechange` and the like. */
type Listeners = {
  [Name in keyof GuidanceLabEventMap as `on${Capitalize<Name>}`]?: (event: GuidanceLabEventMap[Name]) => void;
} & { onError?: (event: CustomEvent<LabError> | Event) => void };

declare module 'vue' {
  interface GlobalComponents {
    'guidance-lab': new () => GuidanceLabElement & {
      /** What a template may write: for Vue's tools only, no figure has it. */
      $props: Omit<HTMLAttributes, keyof GuidanceLabAttributes | keyof Listeners> &
        GuidanceLabAttributes &
        Listeners &
        PublicProps;
    };
  }
}
