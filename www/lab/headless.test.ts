/** The Lab needs no page: nothing that it imports, at once or later, is Lit or a style sheet. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const WWW = fileURLToPath(new URL('../', import.meta.url));

/** What a file imports, types left out: those are gone when it runs. */
function importsOf(file: string): string[] {
  const code = readFileSync(file, 'utf8').replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
  return [...code.matchAll(/(?:^import (?!type)[^;]*?from |^import |import\()'([^']+)'/gm)].map(
    ([, path]) => path as string,
  );
}

/** The packages and other things that a file reaches, each with the way there. */
function reached(from: string): Map<string, string> {
  const found = new Map<string, string>();
  const seen = new Set<string>();
  const visit = (file: string, way: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const path of importsOf(file)) {
      const step = `${way} > ${path}`;
      const base = path.startsWith('.') ? fileURLToPath(new URL(path, `file://${dirname(file)}/`)) : null;
      const source =
        base && [`${base}.ts`, `${base}/index.ts`, base].find((each) => /\.ts$/.test(each) && existsSync(each));
      if (source) visit(source, step);
      else found.set(path, step);
    }
  };
  visit(from, relative(WWW, from));
  return found;
}

test('the Lab reaches no Lit and no style sheet', () => {
  const found = reached(`${WWW}lab/lab.ts`);
  expect([...found.keys()]).toContain('../wasm/guidance_lab.js');
  expect([...found].filter(([path]) => /^lit|\.css/.test(path)).map(([, way]) => way)).toEqual([]);
  // The element does, or this would find nothing at all.
  expect([...reached(`${WWW}figure/element.ts`).keys()]).toContain('lit');
});

test('nothing is asked of what pages change: chance, and lists from lists', () => {
  const found: string[] = [];
  for (const name of readdirSync(WWW, { recursive: true }) as string[]) {
    if (!name.endsWith('.ts') || name.endsWith('.test.ts') || name.startsWith('wasm')) continue;
    const text = readFileSync(join(WWW, name), 'utf8');
    if (/\bArray\.from\(|\bMath\.random\(/.test(text)) found.push(name);
  }
  expect(found).toEqual([]);
});
