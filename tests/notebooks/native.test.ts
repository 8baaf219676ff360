/**
 * The engine for Python, built as a wheel from the source archive that is published, and installed beside the widget; what
 * it does is asked in `native_test.py`, and over a Dask cluster in `distributed_test.py`.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const python = join(root, 'target/notebooks/bin/python');
/** Where the archive is unpacked: one place, so that cargo keeps one build of it. */
const source = join(root, 'target/python-native');
/** What the widget and the engine are installed into, beside what the environment has. */
let installed: string;
let wheels: string[];

// The command as Rust's tests have built it, and the engine in their profile: what both need has been compiled before.
beforeAll(async () => {
  installed = await mkdtemp(join(tmpdir(), 'python-native-'));
  const out = join(installed, 'wheels');
  await run('cargo', ['test', '--no-run', '--test', 'command'], { cwd: root });
  const archive = ['sdist', '--manifest-path', 'python/native/Cargo.toml', '--out', out];
  await run(python, ['-m', 'maturin', ...archive], { cwd: root });
  await rm(source, { recursive: true, force: true });
  await mkdir(source);
  // With the times of now, by which cargo sees what has changed.
  const [packed] = await readdir(out);
  await run('tar', ['-xzmf', join(out, packed ?? ''), '-C', source, '--strip-components', '1']);
  await run(python, ['-m', 'maturin', 'build', '--profile', 'dev', '--interpreter', python, '--out', out], {
    cwd: source,
    env: { ...process.env, CARGO_TARGET_DIR: join(root, 'target') },
  });
  wheels = (await readdir(out)).filter((name) => name.endsWith('.whl'));
  const install = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-build-isolation', '--target', installed];
  await run(python, [...install, './python', ...wheels.map((name) => join(out, name))], { cwd: root });
}, 1_200_000);
afterAll(() => rm(installed, { recursive: true, force: true }));

test('one wheel serves every Python from 3.11 on, with types, its README and licences', async () => {
  expect(wheels).toHaveLength(1);
  expect(wheels[0]).toMatch(/-cp311-abi3-/);
  const files = await readdir(installed, { recursive: true });
  for (const wanted of ['guidance_lab_native/__init__.pyi', 'guidance_lab_native/py.typed']) {
    expect(files).toContain(wanted);
  }
  expect(files.filter((name) => /guidance_lab_native.*LICENSE-(MIT|APACHE)$/.test(name))).toHaveLength(2);
  const metadata = files.find((name) => /guidance_lab_native.*METADATA$/.test(name));
  const readme = await readFile(join(root, 'python/native/README.md'), 'utf8');
  expect(await readFile(join(installed, metadata ?? ''), 'utf8')).toContain(readme);
  for (const name of ['LICENSE-MIT', 'LICENSE-APACHE']) {
    expect(await readFile(join(root, 'python/native', name), 'utf8')).toBe(await readFile(join(root, name), 'utf8'));
  }
});

const asked = async (file: string) => {
  const env = { ...process.env, PYTHONPATH: installed, GUIDANCE_LAB: join(root, 'target/debug/guidance-lab') };
  const { stderr } = await run(python, ['-m', 'unittest', file], { cwd: join(root, 'tests/notebooks'), env });
  expect(stderr).toMatch(/Ran \d+ tests in [\s\S]*\nOK\n/);
};

test('its numbers are those of the command, and it minds its manners', () => asked('native_test'));

test('over a cluster its rows are those of one machine, also when a worker is killed', () => asked('distributed_test'));
