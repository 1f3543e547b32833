import { defineConfig } from 'vitest/config'

const limits = { testTimeout: 60_000, hookTimeout: 60_000 }

/** These run the built command, which is built first if it is older than its sources. */
const COMMAND = ['test/cli/**/*.test.ts', 'test/clients/real/*.test.ts']

export default defineConfig({
  test: {
    reporters: process.env['CI'] ? ['verbose'] : ['default'],
    projects: [
      { test: { name: 'sources', include: ['test/**/*.test.ts'], exclude: COMMAND, ...limits } },
      { test: { name: 'command', include: COMMAND, globalSetup: 'test/global-setup.ts', ...limits } },
    ],
  },
})
