import { defineConfig } from 'vitest/config';

/** Apart from the suite: it installs a program from PyPI, and what it tries is different each time. */
export default defineConfig({
  test: {
    include: ['test/fuzz/**/*.test.ts'],
    globalSetup: ['./test/support/global-setup.ts'],
    testTimeout: 1_800_000,
    hookTimeout: 300_000,
  },
});
