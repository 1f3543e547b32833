import type { HeaderObject, HeadersObject } from 'openapi3-ts/oas31'

/** Response headers, under `components.headers`. */
export const HEADERS = {
  'x-trace-id': {
    description: 'Id of the request; errors carry it as trace_id too. Source: gateway §1.2 (vendor).',
    schema: { type: 'string', format: 'uuid' },
  },
  'x-mockling-outcome': {
    description:
      'Simulator only. What was chosen to happen to the request, such as succeed or fail api_error. Absent from the answer to a query unless a fault was added.',
    schema: { type: 'string' },
  },
  'x-mockling-ignored': {
    description:
      'Simulator only. The fields that were given and not used, with commas between them. Absent if there are none.',
    schema: { type: 'string' },
    example: 'callbackUrl, seed',
  },
} as const satisfies Record<string, HeaderObject>

/** References to response headers by their names. */
export function header(...names: (keyof typeof HEADERS)[]): HeadersObject {
  return Object.fromEntries(names.map(name => [name, { $ref: `#/components/headers/${name}` }]))
}
