/** Where a client is to go and with which credential. */
export interface ClientTarget {
  readonly url: string
  readonly token: string
  /** Key of the control door; `undefined` if it needs none. */
  readonly key: string | undefined
}

/** Variables for the base URL. `vendor`: read by its MCP server and command line (gateway §10); `chosen`: by others' programs. */
const URL_VARIABLES = ['ACEDATACLOUD_API_BASE_URL', 'ACEDATACLOUD_BASE_URL', 'ACEDATA_BASE_URL'] as const

/**
 * Variables for the bearer token. `vendor`: `ACEDATACLOUD_API_TOKEN` (SDKs, MCP server, command line, gateway §10) and the
 * two `…_API_KEY` (its plugins for other programs); `chosen`: the other two, which programs by others read.
 */
const TOKEN_VARIABLES = [
  'ACEDATACLOUD_API_TOKEN',
  'ACEDATACLOUD_API_KEY',
  'ACEDATA_API_KEY',
  'ACEDATA_API_TOKEN',
  'ACEDATA_TOKEN',
] as const

/** Variables that point clients of the real service, and of mockling's control door, at a simulator. */
export function clientEnvironment({ url, token, key }: ClientTarget): Record<string, string> {
  return {
    MOCKLING_URL: url,
    MOCKLING_TOKEN: token,
    ...(key !== undefined && { MOCKLING_CONTROL_KEY: key }),
    ...Object.fromEntries(URL_VARIABLES.map(name => [name, url])),
    ...Object.fromEntries(TOKEN_VARIABLES.map(name => [name, token])),
  }
}
