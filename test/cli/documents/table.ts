import { isRedisThere } from '../../support/redis.ts'
import { without } from '../../support/tools.ts'

/** A page whose code is run by another test. */
export const RUN_ELSEWHERE: Readonly<Record<string, string>> = {
  'examples/README.md': 'test/cli/examples.test.ts',
  'examples/replicas/README.md': 'test/replicas/example.test.ts',
  'docs/how-to/curl.md': 'test/cli/recipes.test.ts',
  'docs/how-to/node.md': 'test/cli/recipes.test.ts',
  'docs/how-to/playwright.md': 'test/cli/recipes.test.ts',
  'docs/how-to/msw-and-nock.md': 'test/cli/recipes.test.ts',
  'docs/how-to/python.md': 'test/clients/recipes.test.ts',
  'docs/how-to/go.md': 'test/clients/recipes.test.ts',
  'docs/how-to/java.md': 'test/clients/recipes.test.ts',
  'docs/how-to/rust.md': 'test/clients/recipes.test.ts',
  'docs/how-to/testcontainers.md': 'test/clients/recipes.test.ts',
  'docs/how-to/https.md': 'test/cli/tls.test.ts',
}

/** Pages for those who work on mockling itself; their commands are those of CI, and take hours. */
export const NOT_FOR_USERS: readonly string[] = ['CONTRIBUTING.md']

const REGISTRY = 'asks a registry; here the built package is linked in its place, and scripts/smoke.mjs installs it'
const ENGINE = 'needs an engine; test/packaging goes through the image and the compose file without one'
const LIVE = 'asks the real API, which costs money'

/** Commands that are not run, by how they begin, with the reason. */
export const NOT_RUN: readonly { readonly page: string; readonly command: string; readonly because: string }[] = [
  {
    page: 'README.md',
    command: 'npm ci && npm start',
    because: 'replaces what this test runs on; npm start is tried below',
  },
  { page: 'README.md', command: 'npm ci && npm test', because: 'is what runs this' },
  { page: 'README.md', command: 'npm install --save-dev mockling', because: REGISTRY },
  { page: 'docs/tutorial.md', command: 'npm install --save-dev mockling', because: REGISTRY },
  { page: 'docs/how-to/install.md', command: 'npm install --save-dev mockling', because: REGISTRY },
  { page: 'docs/how-to/docker.md', command: 'docker ', because: ENGINE },
  {
    page: 'docs/how-to/conformance.md',
    command: 'mockling verify http://127.0.0.1:4180      ',
    because: 'sends every case, as test/conformance/target.test.ts does',
  },
  {
    page: 'docs/how-to/conformance.md',
    command: 'MOCKLING_TOKEN=… mockling verify https://api.acedata.cloud',
    because: LIVE,
  },
  {
    page: 'docs/how-to/conformance.md',
    command: 'mockling verify https://api.acedata.cloud --evidence',
    because: LIVE,
  },
  { page: 'docs/how-to/recording.md', command: 'mockling record --upstream https://api.acedata.cloud', because: LIVE },
  {
    page: 'docs/how-to/replicas.md',
    command: 'npm install ioredis bullmq',
    because: REGISTRY,
  },
  // CI has a Redis, and runs it.
  ...(isRedisThere
    ? []
    : [{ page: 'docs/how-to/replicas.md', command: 'mockling serve --redis-url', because: 'needs a redis-server' }]),
]

/** What is not run of whole languages, with the reason; the others are data or output. */
export const LANGUAGES_NOT_RUN: Readonly<Record<string, string>> = {
  powershell: 'needs Windows',
  // CI has it, and runs them.
  ...(without(['python3', '-c', 'import requests']) === '' ? {} : { python: 'needs the package requests' }),
}

/** What is shown, not run. */
export const SHOWN: ReadonlySet<string> = new Set(['http', 'json', 'text', 'yaml'])
