import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    cli: 'src/cli/main.ts',
    vitest: 'src/testing/vitest.ts',
    capabilities: 'src/contract/matrix.ts',
    'media-worker': 'src/media/worker.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  dts: { entry: ['src/index.ts', 'src/testing/vitest.ts', 'src/contract/matrix.ts'] },
  clean: true,
  fixedExtension: false,
})
