/** The names that the attribute `controls` takes: groups, and single controls in them. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  verdict: [],
  preset: [],
  classifier: [
    'kind',
    'frequency',
    'amplitude',
    'form',
    'smoothing',
    'sharpness',
    'bias',
    'shift',
    'epsilon',
    'trained',
    'input',
    'jacobian',
    'train',
    'network',
    'features',
    'data',
    'loss',
  ],
  guidance: ['weight', 'target', 'interval', 'adaptive', 'rules', 'score'],
  view: ['arrows', 'lane'],
  compare: [],
  sampler: ['scheme', 'steps', 'spacing'],
  particles: ['count', 'seed'],
  engine: [],
  tools: [],
  time: [],
  readouts: [],
  charts: [],
};

const OF = new Map(Object.entries(GROUPS).flatMap(([group, names]) => names.map((name) => [name, group])));

export interface Shown {
  has(name: string): boolean;
  /** What no control is called. */
  unknown: string[];
}

/** `all`, `none`, or names separated by commas or spaces. A single control brings its group's frame, and nothing else of it. */
export function shownControls(text: string): Shown {
  const words = text
    .trim()
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  const names = new Set<string>();
  const unknown: string[] = [];
  for (const word of words.length === 0 ? ['all'] : words) {
    const groups = word === 'all' ? Object.keys(GROUPS) : Object.hasOwn(GROUPS, word) ? [word] : [];
    for (const group of groups) for (const name of [group, ...(GROUPS[group] ?? [])]) names.add(name);
    const group = OF.get(word);
    if (group) names.add(group).add(word);
    else if (groups.length === 0 && word !== 'none') unknown.push(word);
  }
  return { has: (name) => names.has(name), unknown };
}
