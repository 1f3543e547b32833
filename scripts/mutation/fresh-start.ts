import fc from 'fast-check'
import { inject } from 'vitest'

/*
 * Runs in every test file before its imports, after the setup of Stryker's own. The thread has run other files before
 * (lasting-thread.ts), and Stryker's global still knows what they did.
 */

declare module 'vitest' {
  // What Stryker's runner provides.
  interface ProvidedContext {
    mode: 'dry-run' | 'mutant'
    mutantActivation: 'static' | 'runtime' | undefined
  }
}

declare global {
  var __stryker__: {
    activeMutant?: string | undefined
    mutantCoverage?: object | undefined
    currentTestId?: string | undefined
    hitCount?: number | undefined
  }
}

if (inject('mode') === 'mutant') {
  // Else the mutant before would be active while modules load.
  if (inject('mutantActivation') !== 'static') __stryker__.activeMutant = undefined
  __stryker__.hitCount = 0
} else {
  // Else each file would report once more what the files before it have covered.
  __stryker__.mutantCoverage = undefined
  __stryker__.currentTestId = undefined
}

// A property that fails need not say by how little.
fc.configureGlobal({ interruptAfterTimeLimit: 150, endOnFailure: true })
