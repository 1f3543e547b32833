import { createRequire } from 'node:module'

/** The package's version, from the one place it stands in. */
export const VERSION: string = createRequire(import.meta.url)('../package.json').version
