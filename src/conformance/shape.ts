/** The JSON types of a value: a word, or one for each field; a list stands for the shapes of its items. */
export type Shape = string | readonly Shape[] | { readonly [field: string]: Shape }

/** The form of a JSON value, without what it says. `undefined`, no JSON at all, is `nothing`. */
export function shapeOf(value: unknown): Shape {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return distinct(value.map(shapeOf))
  if (typeof value !== 'object') return typeof value
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, shapeOf(inner)]))
}

function distinct(shapes: readonly Shape[]): Shape[] {
  return [...new Map(shapes.map(shape => [JSON.stringify(shape), shape])).values()]
}
