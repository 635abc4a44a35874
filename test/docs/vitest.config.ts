import { defineConfig } from 'vitest/config';

/** Apart from the suite: it takes a database through all that there is, one command after the other. */
export default defineConfig({
  test: {
    include: ['test/docs/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 1_800_000,
  },
});
