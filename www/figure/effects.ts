/** What follows from what: the one place that says what a figure does about each change of its Lab or of the page. */
import type { Aspect } from '../lab/changes';

/** What changes a figure. */
export type Cause = Aspect | 'language' | 'size' | 'theme';

/** What a figure does about it, in this order. */
const EFFECTS = [
  /** Paths into the state become properties. */
  'paths',
  /** There is a painter for the dimension. */
  'picture',
  'preset',
  'backend',
  /** Curves and arrows as fine as the picture. */
  'details',
  'template',
  'paint',
  'error',
  'statechange',
  'enginechange',
  'measurement',
  'trainprogress',
  'charts',
] as const;

export type Effect = (typeof EFFECTS)[number];

const LEADS_TO: Record<Cause, readonly Effect[]> = {
  opened: ['paths'],
  state: ['picture', 'template', 'paint', 'statechange'],
  preset: ['preset'],
  draft: ['template'],
  looked: ['paint'],
  frame: ['template', 'paint', 'charts'],
  status: ['template'],
  backend: ['backend'],
  engine: ['template', 'enginechange'],
  forms: ['paint'],
  training: ['template', 'trainprogress'],
  profile: ['template', 'charts'],
  readouts: ['template'],
  measurement: ['measurement'],
  notices: ['template'],
  fault: ['error'],
  language: ['template', 'paint', 'charts'],
  size: ['details', 'template', 'paint', 'charts'],
  theme: ['template', 'paint', 'charts'],
};

/** Every effect once, whatever has led to it. */
export function effectsOf(causes: Iterable<Cause>): Effect[] {
  const wanted = new Set([...causes].flatMap((cause) => LEADS_TO[cause]));
  return EFFECTS.filter((effect) => wanted.has(effect));
}
