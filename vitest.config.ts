import { defineConfig } from 'vitest/config';

// `unit` runs in Node; `web` drives real browsers against `dist/`, and so does `torture`, which is no test (`cargo xtask torture`);
// `packages` puts the packed package into projects of their own; `notebooks` drives JupyterLab. The others are run by `cargo xtask test`.
export default defineConfig({
  test: {
    projects: [
      {
        define: { __OFFLINE__: 'false' },
        test: {
          name: 'unit',
          include: ['www/**/*.test.ts'],
          environment: 'node',
        },
      },
      {
        test: {
          name: 'web',
          include: ['tests/web/**/*.test.ts'],
          environment: 'node',
          globalSetup: ['tests/web/server.ts'],
          // One browser at a time: the machine that counts has two cores and no GPU, and one keeps both busy.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // A machine that does other things besides is no fault.
          expect: { poll: { timeout: 30_000 } },
          // Nor is a browser that is gone (tests/web/browsers.ts): once more, in another.
          retry: { count: 1, condition: /WebKitGTK has crashed/ },
        },
      },
      {
        test: {
          name: 'torture',
          include: ['tests/torture/**/*.test.ts'],
          environment: 'node',
          globalSetup: ['tests/web/server.ts'],
          // What one figure has to bear, and beside it all else.
          maxWorkers: 2,
          // Each trial ends by itself, when its share of the time is over.
          testTimeout: 0,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'packages',
          include: ['tests/packages/**/*.test.ts'],
          environment: 'node',
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // A machine that does other things besides is no fault.
          expect: { poll: { timeout: 30_000 } },
        },
      },
      {
        test: {
          name: 'hosts',
          include: ['tests/hosts/**/*.test.ts'],
          environment: 'node',
          // npm and PyPI.
          testTimeout: 600_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 30_000 } },
        },
      },
      {
        test: {
          name: 'notebooks',
          include: ['tests/notebooks/**/*.test.ts'],
          environment: 'node',
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // A machine that does other things besides is no fault.
          expect: { poll: { timeout: 30_000 } },
        },
      },
    ],
  },
});
