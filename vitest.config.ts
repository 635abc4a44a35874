import { defineConfig } from 'vitest/config';
import { filesAtOnce, TwoKindsAtOnce } from './test/support/two-kinds-at-once.ts';

export default defineConfig({
  test: {
    // Temporal's native bridge crashes in worker threads.
    pool: 'forks',
    sequence: { sequencer: TwoKindsAtOnce },
    // So that both load the same build of `graphql`, as they do in Node.js: one refuses the objects of the other.
    server: { deps: { inline: ['graphql-http'] } },
    // Control planes are ended then.
    teardownTimeout: 120_000,
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
          name: 'web',
          include: ['web/src/**/*.test.{ts,tsx}'],
          environment: 'happy-dom',
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/{images,integration,web,workflow}/**/*.test.ts'],
          maxWorkers: filesAtOnce,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          globalSetup: ['./test/support/global-setup.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'scenarios',
          include: ['test/scenarios/**/*.test.ts'],
          // Each stack takes a dozen containers: with three scenarios at a time on two cores each takes half as long again, and
          // some run into their limits. The sequencer lets about two run, beside one file of the others.
          maxWorkers: filesAtOnce,
          globalSetup: ['./test/support/scenario-setup.ts'],
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
