import { apiDiff } from 'api-smart-diff'

/** What clients made from a document are named after, or are called by. */
const NAMES = ['operationId', 'callbacks', 'links']

/** Parts of a document that no call has to do with, or that are shown again where calls use them. */
const ASIDE = ['components', 'info', 'tags', 'servers']

/**
 * What of the changes between two OpenAPI documents breaks a client of the first, one line each.
 *
 * @param {object} before
 * @param {object} after
 * @returns {string[]}
 */
export function breakingChanges(before, after) {
  const changes = apiDiff(before, after).filter(({ path }) => !ASIDE.includes(path[0]) && !path[0].startsWith('x-'))
  return [...new Set(changes.filter(isBreaking).map(said))]
}

function isBreaking({ type, action, path }) {
  if (action === 'add') return type === 'breaking'
  // To api-smart-diff 1.0 a string that becomes a number is harmless in an answer, and a name is an annotation.
  return type === 'breaking' || path.at(-1) === 'type' || NAMES.includes(path.at(-1))
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
