import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'missions/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/fixtures/global-setup.ts'],
    setupFiles: ['test/fixtures/each-file.ts'],
    // Any order must do; CI takes one that can be repeated, so that a commit passes or fails once and for all.
    sequence: { shuffle: true, ...(process.env['CI'] === 'true' ? { seed: 20261123 } : {}) },
    retry: process.env['CI'] === 'true' ? 1 : 0,
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    coverage: {
      provider: 'v8',
      include: ['src/formats/**/*.ts', 'src/domain/**/*.ts', 'src/services/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.d.ts'],
      reportsDirectory: '.coverage',
      reporter: ['text-summary', 'json-summary'],
    },
  },
})
