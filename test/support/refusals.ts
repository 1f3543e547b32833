import type { Load } from '../../src/http/load.ts'

/** How often something was refused, without what never was. */
export function refusals(load: Load): [kind: string, count: number][] {
  return [...load.refused].filter(([, count]) => count > 0)
}
