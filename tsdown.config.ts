import licensePlugin from 'rollup-plugin-license'
import { defineConfig, type UserConfig } from 'tsdown'

/** Its types say that it is a module of its own kind; it is not. */
const license = licensePlugin as unknown as typeof licensePlugin.default

/** A certificate of ours takes a library that few need: one file for both the modules and what starts quickly. */
const SELF_SIGNED = './self-signed.cjs'
const selfSignedApart = {
  name: 'self-signed-apart',
  resolveId: (id: string) => (id === './self-signed.ts' ? { id: SELF_SIGNED, external: true } : null),
}

const COMMON: UserConfig = { platform: 'node', target: 'node20.19', fixedExtension: false, plugins: [selfSignedApart] }

const MODULES: UserConfig = {
  ...COMMON,
  entry: {
    index: 'src/index.ts',
    main: 'src/cli/main.ts',
    vitest: 'src/testing/vitest.ts',
    testcontainers: 'src/testing/testcontainers.ts',
    capabilities: 'src/contract/matrix.ts',
    'media-worker': 'src/media/worker.ts',
    conformance: 'src/conformance/index.ts',
    'conformance-spec': 'src/conformance/spec.ts',
  },
  format: 'esm',
  dts: {
    entry: [
      'src/index.ts',
      'src/testing/vitest.ts',
      'src/testing/testcontainers.ts',
      'src/conformance/index.ts',
      'src/contract/matrix.ts',
    ],
  },
  // scripts/docs-viewer.mjs puts what it is a licence of beside it.
  copy: [{ from: 'node_modules/@scalar/fastify-api-reference/LICENSE', to: 'dist/docs', rename: 'scalar.LICENSE' }],
  clean: true,
}

function alone(name: string, file: string): UserConfig {
  const isPublished = name === 'quick' || name === 'self-signed'
  return {
    ...COMMON,
    entry: { [name]: file },
    format: 'cjs',
    // What prom-client needs is broken when it is bundled (rolldown 1.0.0-rc.17 gives two things one name); it is loaded late.
    deps: { alwaysBundle: /./, neverBundle: 'prom-client' },
    dts: false,
    clean: false,
    minify: isPublished,
    // Whoever wrote what is in the file is named beside it.
    ...(isPublished && {
      plugins: [selfSignedApart, license({ thirdParty: { output: `dist/${name}.LICENSE` } })],
    }),
    checks: { legacyCjs: false },
    outputOptions: { keepNames: true, chunkFileNames: '[name]-[hash].cjs' },
  }
}

// `npm run dev` needs to be quick to build, not to start.
export default defineConfig(({ watch }) => [
  MODULES,
  alone('self-signed', 'src/self-signed.ts'),
  ...(watch
    ? []
    : [
        // What `mockling serve` loads is one file, with all its dependencies, so that it is there soon.
        alone('cli', 'src/cli/bin.ts'),
        alone('quick', 'src/cli/quick.ts'),
        // For scripts/code-cache.mjs.
        alone('code-cache', 'src/cli/code-cache.ts'),
      ]),
])
