import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    cli: 'src/cli/main.ts',
    vitest: 'src/testing/vitest.ts',
    capabilities: 'src/contract/matrix.ts',
    'media-worker': 'src/media/worker.ts',
    conformance: 'src/conformance/index.ts',
    'conformance-spec': 'src/conformance/spec.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  dts: { entry: ['src/index.ts', 'src/testing/vitest.ts', 'src/conformance/index.ts', 'src/contract/matrix.ts'] },
  // The page at /docs in one file. Copied, since its package would bring 13 MB along for it.
  copy: [
    { from: 'node_modules/@scalar/fastify-api-reference/dist/js/standalone.js', to: 'dist/docs', rename: 'scalar.js' },
    { from: 'node_modules/@scalar/fastify-api-reference/LICENSE', to: 'dist/docs', rename: 'scalar.LICENSE' },
  ],
  clean: true,
  fixedExtension: false,
})
