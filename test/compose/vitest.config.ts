import { defineConfig } from 'vitest/config';

/** Apart from the suite: on a machine that has never built them, the images take several minutes. */
export default defineConfig({
  test: {
    include: ['test/compose/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 1_800_000,
  },
});
