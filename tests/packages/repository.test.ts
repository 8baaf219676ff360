/** The files that make a repository a public one: they fit the code, and each other. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { root } from './pack';

const text = (path: string) => readFile(join(root, path), 'utf8');

test('one version everywhere', async () => {
  const { version } = JSON.parse(await text('package.json'));
  const inToml = async (path: string) => /^version = "(.*)"$/m.exec(await text(path))?.[1];
  expect(await inToml('Cargo.toml')).toBe(version);
  expect(await inToml('python/pyproject.toml')).toBe(version);
  expect(await inToml('python/native/pyproject.toml')).toBe(version);
  expect(await text('python/pyproject.toml')).toContain(`native = ["guidance-lab-native==${version}"]`);
  expect(parse(await text('CITATION.cff'))).toMatchObject({ 'cff-version': '1.2.0', version, type: 'software' });
});

test('a form for faults asks for the permalink, and takes no report without one', async () => {
  const { body } = parse(await text('.github/ISSUE_TEMPLATE/fault.yml'));
  const permalink = body.find(({ id }: { id?: string }) => id === 'permalink');
  expect(permalink.validations.required).toBe(true);
  expect(parse(await text('.github/ISSUE_TEMPLATE/config.yml')).blank_issues_enabled).toBe(false);
  for (const name of await readdir(join(root, '.github/ISSUE_TEMPLATE'))) {
    const form = parse(await text(`.github/ISSUE_TEMPLATE/${name}`));
    const ids = (form.body ?? []).map(({ id }: { id: string }) => id);
    expect(new Set(ids).size, name).toBe(ids.length);
  }
});

test('workflows hold no secret, run commands that exist, and write only where they must', async () => {
  const commands = await text('xtask/src/main.rs');
  for (const name of await readdir(join(root, '.github/workflows'))) {
    const source = await text(`.github/workflows/${name}`);
    const workflow = parse(source);
    expect(source, name).not.toContain('secrets.');
    expect(workflow.permissions, name).toEqual({ contents: 'read' });
    for (const [, command] of source.matchAll(/cargo xtask (\w+)/g)) {
      const variant = `${command?.[0]?.toUpperCase()}${command?.slice(1)}`;
      expect(commands, `${name}: cargo xtask ${command}`).toMatch(new RegExp(`\\bCommand::${variant}\\b`));
    }
    for (const job of Object.values(workflow.jobs) as { steps: object[]; needs?: string | string[] }[]) {
      for (const needed of [job.needs ?? []].flat()) expect(Object.keys(workflow.jobs)).toContain(needed);
    }
  }
  const { jobs } = parse(await text('.github/workflows/release.yml'));
  for (const publisher of ['npm', 'pypi']) expect(jobs[publisher].permissions['id-token']).toBe('write');
});

test.each(['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CODE_OF_CONDUCT.md', 'docs/embedding.md'])(
  'what %s links to is there',
  async (path) => {
    const folder = join(root, path, '..');
    for (const [, link] of (await text(path)).matchAll(/\]\((?![a-z]+:|#)([^)#]+)[^)]*\)/g)) {
      await expect(
        readdir(join(folder, link ?? '')).catch(() => readFile(join(folder, link ?? ''))),
        link,
      ).resolves.toBeDefined();
    }
  },
);
