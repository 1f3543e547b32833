import { signal } from '@preact/signals'

/** Where in the page one is: all of it stands in the address, so that it can be kept and passed on. */
export interface Route {
  readonly view: string
  readonly id: string | undefined
  /** Filters and the like. */
  readonly query: URLSearchParams
}

export const route = signal(read())

addEventListener('hashchange', () => {
  route.value = read()
})

function read(): Route {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?')
  const [view = '', id = ''] = path.split('/')
  return { view: view || 'tasks', id: id === '' ? undefined : decoded(id), query: new URLSearchParams(query) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** An address within the page. */
export function hrefTo(view: string, id?: string, query = new URLSearchParams()): string {
  const text = query.toString()
  return `#/${view}${id === undefined ? '' : `/${encodeURIComponent(id)}`}${text && `?${text}`}`
}

/** An address of something else in the same view, under the same filters. */
export function hrefWithin(id: string | undefined): string {
  const { view, query } = route.peek()
  return hrefTo(view, id, query)
}

/** At once: what is pressed next is about the new place. */
export function goTo(href: string): void {
  history.pushState(null, '', href)
  route.value = read()
}

/** Changes filters; an empty one is taken away. One can go back from what was chosen; what is typed is no place each. */
export function setQuery(changes: Readonly<Record<string, string>>, isTyped = false): void {
  const { view, id, query } = route.peek()
  const changed = new URLSearchParams(query)
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') changed.delete(name)
    else changed.set(name, value)
  }
  if (isTyped) {
    history.replaceState(null, '', hrefTo(view, id, changed))
    route.value = read()
  } else goTo(hrefTo(view, id, changed))
}
