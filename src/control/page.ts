import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'

/** The inspector loads its own files and asks its own server, and nothing in it is taken for code. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** A file of the page, as it is sent. */
export interface PageFile {
  readonly type: string
  readonly etag: string
  readonly body: Buffer
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** What the page's built files may be called: nothing that leads elsewhere. */
export const ASSET_NAME = /^[\w-]{1,100}\.(?:js|css|svg)$/

/** Where `npm run build` puts the page: beside the built command, or in `dist` when the sources run. */
export function pageFolder(): string | undefined {
  const places = [join(import.meta.dirname, 'inspector'), join(import.meta.dirname, '../../dist/inspector')]
  return places.find(place => existsSync(join(place, 'index.html')))
}

/** A file below the page's folder, read when it is asked for; `undefined` if there is none. */
export async function pageFile(folder: string | undefined, name: string): Promise<PageFile | undefined> {
  const body = folder === undefined ? undefined : await readFile(join(folder, name)).catch(() => undefined)
  if (body === undefined) return undefined
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22)
  return { type: TYPES[extname(name)] ?? 'application/octet-stream', etag: `"${digest}"`, body }
}

/** Instead of the page, where it was not built. */
export const UNBUILT_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>mockling: the inspector is not built</title>
  </head>
  <body>
    <h1>The inspector is not built</h1>
    <p>This mockling runs from its sources. In its folder, run:</p>
    <pre>npm run build</pre>
    <p>Then load this page again; the server need not be started anew.</p>
    <p>All the inspector does can be had without it: <a href="openapi.yaml">every command of the control door</a>.</p>
  </body>
</html>
`
