import { apiDiff } from 'api-smart-diff'

/** What clients made from a document are named after, or are called by. */
const NAMES = ['operationId', 'callbacks', 'links']

/** Keywords that decide which type a client has for a value. */
const TYPES = ['type', 'format', 'additionalProperties', 'discriminator']

/** Lists of what clients have a name for: without a field, a variant or a word they no longer compile. */
const NAMED = ['properties', 'oneOf', 'anyOf', 'enum']

/**
 * What of the changes between two OpenAPI documents breaks a client of the first, one line each.
 *
 * @param {object} before
 * @param {object} after
 * @returns {string[]}
 */
export function breakingChanges(before, after) {
  const changes = [...apiDiff(before, after), ...apiDiff(callbacksOf(before), callbacksOf(after))]
  return [...new Set(changes.filter(isBreaking).map(said))]
}

/**
 * The callbacks as calls of their own, since api-smart-diff 1.0 looks into none. What they bring is an answer to whoever
 * waits for it.
 */
function callbacksOf({ openapi, info, paths = {}, components }) {
  const calls = Object.entries(paths).flatMap(([path, operations]) =>
    Object.values(operations).flatMap(({ callbacks = {} }) =>
      Object.entries(callbacks).flatMap(([name, callback]) =>
        Object.entries(callback).map(([address, { post }]) => [
          // Without braces: to api-smart-diff paths are the same whatever stands in those.
          `${path} ${name} ${address.replaceAll(/[{}]/g, '')}`,
          { post: { operationId: post.operationId, responses: { 200: post.requestBody } } },
        ]),
      ),
    ),
  )
  return { openapi, info, paths: Object.fromEntries(calls), components }
}

function isBreaking({ type, action, path }) {
  const [room, part] = path
  const [list, last] = path.slice(-2)
  switch (room) {
    case 'paths':
      if (type === 'breaking' || isOfType(path)) return true
      // To api-smart-diff a name is an annotation, and what is gone is harmless where it was not required.
      return action !== 'add' && (NAMES.includes(last) || (action === 'remove' && NAMED.includes(list)))
    // Their contents are shown again where calls use them: only their names, and how calls are secured, stand here alone.
    case 'components':
      return part === 'securitySchemes' ? last !== 'description' : action === 'remove' && path.length === 3
    // Clients take the first, unless they are told of another.
    case 'servers':
      return last === 'url' || (action === 'remove' && path.length === 2)
    case 'security':
      return true
    default:
      return false
  }
}

/** Whether a change is one of a keyword in `TYPES`, or of its parts; not of a field that has its name. */
function isOfType(path) {
  const isKeyword = at => TYPES.includes(path.at(at)) && path.at(at - 1) !== 'properties'
  return !path.includes('examples') && (isKeyword(-1) || isKeyword(-2))
}

function said({ action, path, before, after }) {
  const place = path.map(step => String(step).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')
  const values = [before, after].filter(value => value !== undefined).map(shown)
  return `${action} #/${place}: ${values.join(' -> ')}`
}

function shown(value) {
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
