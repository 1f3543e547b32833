import { defineConfig } from 'vitest/config'

const limits = { testTimeout: 60_000, hookTimeout: 60_000 }

/** These run the built command, which is built first if it is older than its sources. */
const COMMAND = ['test/cli/**/*.test.ts', 'test/clients/real/*.test.ts']
const CONTRACT = 'test/conformance/target.test.ts'
const globalSetup = 'test/global-setup.ts'

export default defineConfig({
  test: {
    reporters: process.env['CI'] ? ['verbose'] : ['default'],
    projects: [
      {
        test: {
          name: 'sources',
          include: ['test/**/*.test.ts'],
          exclude: ['test/cli/**', 'test/clients/**', CONTRACT],
          sequence: { groupOrder: 0 },
          ...limits,
        },
      },
      {
        test: {
          name: 'command',
          include: COMMAND,
          globalSetup,
          sequence: { groupOrder: 0 },
          ...limits,
        },
      },
      // Beside nothing: MOCKLING_TARGET may be a server that is paid for.
      {
        test: {
          name: 'contract',
          include: [CONTRACT],
          sequence: { groupOrder: 1 },
          ...limits,
        },
      },
      // After the others: compilers leave little of the machine to tests beside them.
      {
        test: {
          name: 'clients',
          include: ['test/clients/*.test.ts'],
          globalSetup,
          sequence: { groupOrder: 2 },
          ...limits,
        },
      },
    ],
  },
})
