import { defineConfig } from 'vitest/config'

/** Of tests that try so much that a mutation drill, which runs each of them thousands of times, goes without. */
export const THOROUGH = { name: 'thorough', description: 'left out of mutation drills' }

const limits = { testTimeout: 60_000, hookTimeout: 60_000, tags: [THOROUGH] }

/** These run the built command, or show the built page: both are built first if they are older than their sources. */
const OF_REPLICAS = ['test/replicas/drill.test.ts', 'test/replicas/example.test.ts']
const COMMAND = ['test/cli/**/*.test.ts', 'test/clients/real/*.test.ts', 'test/inspector/*.test.ts', ...OF_REPLICAS]
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
          exclude: [
            'test/cli/**',
            'test/clients/**',
            'test/inspector/**',
            'test/packaging/**',
            ...OF_REPLICAS,
            CONTRACT,
          ],
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
      // What is handed out: the tarball, the image, the action. Builds are no company for tests either.
      {
        test: {
          name: 'packaging',
          include: ['test/packaging/*.test.ts'],
          globalSetup,
          sequence: { groupOrder: 3 },
          ...limits,
        },
      },
    ],
  },
})
