import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const globalSetup = './test/support/global-setup.ts';

export default defineConfig({
  test: {
    // Temporal's native bridge crashes in worker threads.
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'bench/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          // Each stack takes a dozen containers: more at a time only slow each other down.
          maxWorkers: 2,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          globalSetup: existsSync(globalSetup) ? [globalSetup] : [],
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
