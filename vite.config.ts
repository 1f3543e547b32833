import licensePlugin from 'rollup-plugin-license'
import { defineConfig } from 'vite'

/** Its types say that it is a module of its own kind; it is not. */
const license = licensePlugin as unknown as typeof licensePlugin.default

/** Where `npm run dev` has the simulator listen. */
const simulator = process.env['MOCKLING_DEV_URL'] ?? 'http://127.0.0.1:4180'

/** The inspector: `npm run build` puts it beside the command, `npm run dev` serves it as it is written. */
export default defineConfig({
  root: 'src/inspector',
  // Below whatever path the server is reached.
  base: './',
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../dist/inspector',
    emptyOutDir: true,
    target: 'es2023',
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // Whoever wrote what is in the page is named beside it.
    rolldownOptions: { plugins: [license({ thirdParty: { output: 'dist/inspector/LICENSE' } })] },
  },
  server: {
    // Host and Origin stay the page's own, which agree: the control door wants no more.
    proxy: { '/v1': { target: simulator, rewrite: path => `/_mockling${path}` }, '^/(bs2|kling)/': simulator },
  },
})
