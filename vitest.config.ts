import { defineConfig } from 'vitest/config'

const limits = { testTimeout: 60_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    reporters: process.env['CI'] ? ['verbose'] : ['default'],
    projects: [
      { test: { name: 'sources', include: ['test/**/*.test.ts'], exclude: ['test/cli/**'], ...limits } },
      // These run the built command, which is built first if it is older than its sources.
      { test: { name: 'command', include: ['test/cli/**/*.test.ts'], globalSetup: 'test/global-setup.ts', ...limits } },
    ],
  },
})
