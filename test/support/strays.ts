import { onTestFinished } from 'vitest'

/** What comes to light until the test is over that nobody meant to happen; `note` adds to it. */
export function watchStrays(): { readonly strays: unknown[]; readonly note: (reason: unknown) => void } {
  const strays: unknown[] = []
  const note = (reason: unknown) => void strays.push(reason)
  process.on('unhandledRejection', note).on('uncaughtExceptionMonitor', note)
  onTestFinished(() => void process.off('unhandledRejection', note).off('uncaughtExceptionMonitor', note))
  return { strays, note }
}
