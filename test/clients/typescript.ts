import { copyFileSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { GeneratedClient } from './generated-client.ts'
import { type Command, cached, DOCUMENT, installed, OCTOBERS_DOCUMENT, run, sources, workbench } from './workshop.ts'

const MANIFEST = ['package.json', 'package-lock.json'] as const

const { dependencies, devDependencies } = JSON.parse(readFileSync(join(sources('typescript'), 'package.json'), 'utf8'))
const VERSIONS: Readonly<Record<string, string>> = { ...dependencies, ...devDependencies }

const STRICT = 'strict, noUncheckedIndexedAccess'

/** The packages of the lockfile, in a folder of their own: the product's lockfile knows nothing of them. */
function packages(): Promise<string> {
  const files = MANIFEST.map(name => join(sources('typescript'), name))
  return installed(cached('typescript', ...files), async folder => {
    for (const name of MANIFEST) copyFileSync(join(sources('typescript'), name), join(folder, name))
    await run(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder })
  })
}

interface Recipe {
  /** Folder of the driver. */
  readonly client: string
  readonly generator: string
  readonly version: string
  readonly flags: string
  readonly revision?: GeneratedClient['revision']
  /** What generates it, beginning with a package's command. */
  readonly generate: Command
}

function client({ client, revision = '2026-05', flags, generate, ...facts }: Recipe): GeneratedClient {
  const [program, ...args] = generate
  return {
    ...facts,
    revision,
    language: 'TypeScript',
    compiledWith: `tsc ${VERSIONS['typescript']}: ${flags}`,
    needs: [['npm', '--version']],
    async build() {
      const cwd = workbench('typescript', client)
      symlinkSync(join(await packages(), 'node_modules'), join(cwd, 'node_modules'))
      const bin = (name: string) => join(cwd, 'node_modules/.bin', name)
      await run([bin(program), ...args], { cwd, env: { MOCKLING_DOCUMENT: DOCUMENT } })
      await run([bin('tsc'), '-p', client], { cwd })
      return { command: [process.execPath, `out/${client}/driver.js`], cwd }
    },
  }
}

function openapiFetch(folder: string, document: string): Omit<Recipe, 'revision'> {
  return {
    client: folder,
    generator: 'openapi-typescript + openapi-fetch',
    version: `${VERSIONS['openapi-typescript']} + ${VERSIONS['openapi-fetch']}`,
    flags: `${STRICT}, exactOptionalPropertyTypes`,
    // By its default a field with a `default` counts as always given, in requests too.
    generate: [
      ...(['openapi-typescript', document, '--default-non-nullable', 'false'] as const),
      ...['--output', `${folder}/generated/schema.d.ts`],
    ],
  }
}

export const typescript: readonly GeneratedClient[] = [
  client(openapiFetch('openapi-fetch', DOCUMENT)),
  client({ ...openapiFetch('openapi-fetch-2026-10', OCTOBERS_DOCUMENT), revision: '2026-10' }),
  client({
    client: 'hey-api',
    generator: '@hey-api/openapi-ts',
    version: `${VERSIONS['@hey-api/openapi-ts']}`,
    // Its own runtime files don't compile under exactOptionalPropertyTypes.
    flags: STRICT,
    generate: ['openapi-ts', '--input', DOCUMENT, '--output', 'hey-api/generated', '--no-log-file'],
  }),
  client({
    client: 'orval',
    generator: 'orval',
    version: `${VERSIONS['orval']}`,
    flags: `${STRICT}, exactOptionalPropertyTypes`,
    generate: ['orval', '--config', 'orval/orval.config.cjs'],
  }),
]
