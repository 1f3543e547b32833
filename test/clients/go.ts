import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GeneratedClient } from './generated-client.ts'
import { DOCUMENT, run, sources, workbench } from './workshop.ts'

const MODULE = 'github.com/oapi-codegen/oapi-codegen/v2'

const [, version = ''] = new RegExp(`${MODULE} v(\\S+)`).exec(readFileSync(join(sources('go'), 'go.mod'), 'utf8')) ?? []

export const go: readonly GeneratedClient[] = [
  {
    generator: 'oapi-codegen',
    version,
    language: 'Go',
    revision: '2026-05',
    compiledWith: 'go vet, go build',
    needs: [['go', 'version']],
    async build() {
      const cwd = workbench('go')
      mkdirSync(join(cwd, 'kling'))
      // Go keeps modules and what it built in caches of its own. go.sum decides; it may not be changed.
      const env = { GOFLAGS: '-mod=readonly -buildvcs=false' }
      await run(['go', 'tool', 'oapi-codegen', '-config', 'oapi-codegen.yaml', DOCUMENT], { cwd, env })
      await run(['go', 'vet', './...'], { cwd, env })
      await run(['go', 'build', '-o', 'driver', '.'], { cwd, env })
      return { command: [join(cwd, 'driver')], cwd }
    },
  },
]
