declare module 'har-schema' {
  /** The JSON schemas of an HTTP Archive 1.2, by the names they refer to each other by. */
  const schemas: Readonly<Record<string, import('ajv').AnySchemaObject>>
  export default schemas
}
