import { z } from 'zod'

/** What the schema is in a document. */
export const written = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Written

interface Written {
  readonly description?: string
  readonly required?: readonly string[]
  readonly properties: Readonly<Record<string, { readonly default?: unknown; readonly description?: string }>>
  readonly minProperties?: number
}

/** Whether a body is one of the schema. */
export const takes = (schema: z.ZodType, body: Readonly<Record<string, unknown>>) => schema.safeParse(body).success
