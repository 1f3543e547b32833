import { defineConfig } from 'vitest/config'
import type { TestModule, TestSpecification, Vitest } from 'vitest/node'
import { THOROUGH } from '../../vitest.config.ts'
import { lastingThread } from './lasting-thread.ts'

const include = (process.env['MOCKLING_MUTATION_TESTS'] ?? 'test/simulation/*.test.ts').split(',')

let vitest: Vitest

/** Stryker's runner overlooks a file that can't be loaded, and would call its mutant a survivor. */
const unloadable = {
  onInit(started: Vitest) {
    vitest = started
  },
  onTestModuleEnd(module: TestModule) {
    for (const error of module.errors()) vitest.state.catchError(error, 'Collection Error')
  },
}

/** Files in the order of the list, which begins with the quickest: most mutants don't live to see the others. */
class AsListed {
  sort(files: TestSpecification[]): TestSpecification[] {
    const place = ({ moduleId }: TestSpecification) => include.findIndex(path => moduleId.endsWith(path))
    return files.toSorted((a, b) => place(a) - place(b))
  }

  shard(files: TestSpecification[]): TestSpecification[] {
    return files
  }
}

export default defineConfig({
  plugins: [
    {
      name: 'lasting-thread',
      configureVitest({ project, vitest }) {
        vitest.config.tagsFilter = [`!${THOROUGH.name}`]
        project.config.pool = lastingThread.name
        project.config.poolRunner = lastingThread
      },
    },
  ],
  test: {
    include,
    setupFiles: ['scripts/mutation/fresh-start.ts'],
    reporters: [unloadable],
    sequence: { sequencer: AsListed },
    tags: [THOROUGH],
    testTimeout: Number(process.env['MOCKLING_MUTATION_PATIENCE'] ?? 2_500),
  },
})
