import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'
import { REVISIONS, type Revision } from '../contract/revisions.ts'

/**
 * The page loads from us alone and asks us alone: no CDN, fonts, telemetry or proxies of others, and "Send" can't spend
 * real money by mistake. Scalar writes its styles into the page.
 */
export const PAGE_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The page, with the document of one revision shown first. */
export function pageFor(revision: Revision): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Kling Videos Generation API, as mockling imitates it</title>
    <link rel="icon" href="data:,">
  </head>
  <body>
    <div id="app"></div>
    <noscript>The document itself is at <a href="/openapi.yaml">/openapi.yaml</a>.</noscript>
    <script src="/docs/scalar.js"></script>
    <script src="/docs/start.js?revision=${revision}"></script>
  </body>
</html>
`
}

/** Shows the documents of all revisions, one of them first. */
export function startScript(first: Revision): string {
  const sources = REVISIONS.map(revision => ({
    title: `Revision ${revision}`,
    slug: revision,
    url: `/openapi.json?revision=${revision}`,
    default: revision === first,
  }))
  const configuration = {
    sources,
    withDefaultFonts: false,
    telemetry: false,
    hideClientButton: true,
    showDeveloperTools: 'never',
    agent: { disabled: true },
    mcp: { disabled: true },
    persistAuth: true,
    // The matrix has many columns.
    customCss: '.markdown table { table-layout: auto } .markdown th, .markdown td { word-break: normal; padding: 6px }',
    documentDownloadType: 'direct',
  }
  return `Scalar.createApiReference('#app', ${JSON.stringify(configuration, null, 2)})\n`
}

/** Scalar in one file: beside the built command, compressed, or in the package it comes from when the sources run. */
export async function scalarScript(takesBrotli: boolean): Promise<{ body: Buffer; encoding?: 'br' }> {
  const built = join(import.meta.dirname, 'docs', 'scalar.js.br')
  if (!existsSync(built)) return { body: await readFile(packaged()) }
  const compressed = await readFile(built)
  if (takesBrotli) return { body: compressed, encoding: 'br' }
  return { body: await promisify(brotliDecompress)(compressed) }
}

function packaged(): string {
  const entry = createRequire(import.meta.url).resolve('@scalar/fastify-api-reference')
  return join(dirname(entry), 'js', 'standalone.js')
}
