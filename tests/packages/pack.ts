/** npm's package, packed as for publishing, to be put into other projects. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const run = promisify(execFile);
export const root = fileURLToPath(new URL('../..', import.meta.url));
export const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

export interface Packed {
  /** A folder for projects. */
  work: string;
  /** The tarball. */
  file: string;
  /** Unpacks the package into a folder. */
  unpack(folder: string): Promise<void>;
  /** Unpacks it into a project's `node_modules`, as npm does; returns where. */
  install(project: string): Promise<string>;
  remove(): Promise<void>;
}

export async function pack(): Promise<Packed> {
  const work = await mkdtemp(join(tmpdir(), 'packages-'));
  const { stdout } = await run(npm, ['pack', './package', '--json', '--pack-destination', work], { cwd: root });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const file = join(work, filename);
  const unpack = async (folder: string) => {
    await mkdir(folder, { recursive: true });
    await run('tar', ['-xzf', file, '-C', folder, '--strip-components=1']);
  };
  return {
    work,
    file,
    unpack,
    install: async (project) => {
      const folder = join(project, 'node_modules/guidance-lab');
      await unpack(folder);
      return folder;
    },
    remove: () => rm(work, { recursive: true, force: true }),
  };
}
