import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{dsl,emulator,runtime,bench}/**/*.test.ts'],
    testTimeout: 60_000,
  },
});
