import type { OpenAPIObject } from 'openapi3-ts/oas31'
import { stringify } from 'yaml'

/**
 * A document as YAML.
 *
 * Readers of YAML 1.1 are still common, and take a bare `yes` for true and `16:9` for a number: `compat` quotes them.
 */
export function openApiYaml(document: OpenAPIObject): string {
  return stringify(document, { aliasDuplicateObjects: false, blockQuote: 'literal', compat: 'yaml-1.1', lineWidth: 0 })
}
