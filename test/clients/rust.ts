import { join } from 'node:path'
import type { GeneratedClient } from './generated-client.ts'
import { maven, openapiGenerator } from './java.ts'
import { cached, run, sources, workbench } from './workshop.ts'

export const rust: readonly GeneratedClient[] = [
  {
    generator: 'openapi-generator: rust, reqwest',
    version: openapiGenerator('rust'),
    language: 'Rust',
    revision: '2026-05',
    compiledWith: 'cargo build: the driver with warnings denied',
    needs: [
      ['cargo', '--version'],
      ['mvn', '--version'],
    ],
    async build() {
      const cwd = workbench('rust')
      await maven('generate-sources', cwd)
      const target = cached('rust', join(sources('rust'), 'Cargo.lock'))
      await run(['cargo', 'build', '--quiet', '--locked', '--target-dir', target], { cwd })
      return { command: [join(target, 'debug/driver')], cwd }
    },
  },
]
