import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { testTimeout: 60_000, root: import.meta.dirname, include: ['vitest/*.spec.mjs'] },
})
