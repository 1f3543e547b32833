import { randomBytes } from 'node:crypto'
import { isObject } from '../contract/reading.ts'
import { parsedUrl } from '../contract/url.ts'
import { isHttpUrl } from './redacting.ts'

/** Begins the paths of our own at the recorder; upstreams have none like it. */
const CALLBACKS = '/_mockling-record/callbacks/'

/** What is led through the recorder that would go past it: files, callbacks. */
export class Detours {
  readonly #callbackBase: string | undefined
  readonly #callbacks = new Map<string, string>()
  readonly #files = new Map<string, string>()
  #origin = ''

  /** `callbackBase`: where the upstream reaches the recorder; without it, callbacks go past. */
  constructor(callbackBase: string | undefined) {
    this.#callbackBase = callbackBase
  }

  /** Scheme, host and port under which clients reach the recorder. */
  listenAt(origin: string): void {
    this.#origin = origin
  }

  /**
   * The body as the upstream is to get it, and as the client means it: with the addresses of files as they are.
   * `isPassing`: it names a callback address that stays as it is.
   */
  toUpstream(text: string): { text: string; meant: string; isPassing: boolean } {
    const body = parsed(text)
    let sent = text
    for (const [path, url] of this.#files) sent = replaced(sent, this.#origin + path, url)
    const callback = isObject(body) ? body['callback_url'] : undefined
    // What is no address is left for the upstream to refuse.
    if (typeof callback !== 'string' || !isHttpUrl(callback)) return { text: sent, meant: sent, isPassing: false }
    if (this.#callbackBase === undefined) return { text: sent, meant: sent, isPassing: true }
    return { text: replaced(sent, callback, this.#callbackFor(callback)), meant: sent, isPassing: false }
  }

  /** The same, backwards: for clients, addresses of files lead here, and callback addresses are their own. */
  toClient(text: string): string {
    let sent = this.withOriginals(text)
    for (const url of filesIn(parsed(sent))) sent = replaced(sent, url, this.#origin + this.#fileFor(url))
    return sent
  }

  /** With the callback addresses that clients named. */
  withOriginals(text: string): string {
    let told = text
    for (const [path, original] of this.#callbacks) told = replaced(told, this.#callbackBase + path, original)
    return told
  }

  /** Where a callback that came to this path belongs. */
  originalOf(path: string): string | undefined {
    return this.#callbacks.get(path)
  }

  isCallback(path: string): boolean {
    return path.startsWith(CALLBACKS)
  }

  /** The address of the file that is handed out under this path. */
  fileAt(path: string): string | undefined {
    return this.#files.get(path)
  }

  /** Nobody can guess the address: whoever posts there has been told it. */
  #callbackFor(original: string): string {
    const path = CALLBACKS + randomBytes(16).toString('base64url')
    this.#callbacks.set(path, original)
    return this.#callbackBase + path
  }

  /** The file's own path. An address signed anew takes the place of the one before. */
  #fileFor(url: string): string {
    const { pathname } = new URL(url)
    this.#files.set(pathname, url)
    return pathname
  }
}

/** Addresses of files in an answer; what a record shows of the create is the client's own. */
function filesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(filesIn)
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, part]) => {
    if (name === 'request') return []
    const isFile =
      /(?:^|_)url$/.test(name) &&
      typeof part === 'string' &&
      /^https?:\/\//i.test(part) &&
      parsedUrl(part) !== undefined
    return isFile ? [part] : filesIn(part)
  })
}

/** In the text itself, so that all else stays as it was written, digit by digit. */
function replaced(text: string, before: string, after: string): string {
  const inside = (value: string) => JSON.stringify(value).slice(0, -1)
  const escaped = (value: string) => inside(value).replaceAll('/', '\\/')
  return text
    .replaceAll(`${inside(before)}"`, () => `${inside(after)}"`)
    .replaceAll(`${escaped(before)}"`, () => `${inside(after)}"`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
