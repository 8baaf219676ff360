/** The lessons that come with the page are read when it is built: the page fetches no reader of YAML for them. */
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { parse } from 'yaml';
import type { Front } from './www/lessons/lesson-text.ts';

const FOLDER = fileURLToPath(new URL('www/lessons/', import.meta.url));

/** One of our files, whose faults a test finds (`lessons.test.ts`). */
export function frontOfOurs(source: string): Front {
  const [, yaml = '', body = ''] = /^---\n([\s\S]*?\n)---\n([\s\S]*)$/.exec(source) ?? [];
  return { value: parse(yaml), body, bodyLine: yaml.split('\n').length + 2 };
}

export function lessons(): Plugin {
  return {
    name: 'lessons',
    enforce: 'pre',
    transform: (source, id) =>
      id.startsWith(FOLDER) && id.endsWith('.md')
        ? { code: `export default ${JSON.stringify(frontOfOurs(source))};`, moduleType: 'js', map: null }
        : null,
  };
}
