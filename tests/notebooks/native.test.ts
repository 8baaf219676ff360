/** The engine for Python, built as a wheel and installed beside the widget; what it does is asked in `native_test.py`. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const python = join(root, 'target/notebooks/bin/python');
/** What the widget and the engine are installed into, beside what the environment has. */
let installed: string;
let wheels: string[];

// The command as Rust's tests have built it, and the engine in their profile: most of that has been compiled before.
beforeAll(async () => {
  installed = await mkdtemp(join(tmpdir(), 'python-native-'));
  const out = join(installed, 'wheels');
  await run('cargo', ['test', '--no-run', '--test', 'command'], { cwd: root });
  const build = ['build', '--profile', 'dev', '--locked', '--interpreter', python, '--out', out];
  await run(python, ['-m', 'maturin', ...build, '--manifest-path', 'python/native/Cargo.toml'], { cwd: root });
  wheels = (await readdir(out)).filter((name) => name.endsWith('.whl'));
  const install = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-build-isolation', '--target', installed];
  await run(python, [...install, './python', ...wheels.map((name) => join(out, name))], { cwd: root });
}, 600_000);
afterAll(() => rm(installed, { recursive: true, force: true }));

test('one wheel serves every Python from 3.11 on, with types and licences', async () => {
  expect(wheels).toHaveLength(1);
  expect(wheels[0]).toMatch(/-cp311-abi3-/);
  const files = await readdir(installed, { recursive: true });
  for (const wanted of ['guidance_lab_native/__init__.pyi', 'guidance_lab_native/py.typed']) {
    expect(files).toContain(wanted);
  }
  expect(files.filter((name) => /guidance_lab_native.*LICENSE-(MIT|APACHE)$/.test(name))).toHaveLength(2);
  for (const name of ['LICENSE-MIT', 'LICENSE-APACHE']) {
    expect(await readFile(join(root, 'python/native', name), 'utf8')).toBe(await readFile(join(root, name), 'utf8'));
  }
});

test('its numbers are those of the command, and it minds its manners', async () => {
  const env = { ...process.env, PYTHONPATH: installed, GUIDANCE_LAB: join(root, 'target/debug/guidance-lab') };
  const { stderr } = await run(python, ['-m', 'unittest', 'native_test'], { cwd: join(root, 'tests/notebooks'), env });
  expect(stderr).toMatch(/Ran \d+ tests in [\s\S]*\nOK\n/);
});
