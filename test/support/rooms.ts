import { Rulebook } from '../../src/faults/rulebook.ts'
import { Arrivals } from '../../src/http/arrivals.ts'
import type { Door, DoorSettings, Media, ServerLimits } from '../../src/http/door.ts'
import { type Caps, Load } from '../../src/http/load.ts'
import { Records } from '../../src/http/records.ts'
import { type DownloadEntry, Journal, type RequestEntry } from '../../src/journal/journal.ts'
import type { Source } from '../../src/media/shelf.ts'
import { Namespaces } from '../../src/simulation/namespaces.ts'
import type { Task } from '../../src/simulation/task.ts'
import { MemoryStore } from '../../src/store/memory.ts'
import { FakeTimebase, START } from '../simulation/fake-timebase.ts'

/** What of a door's surroundings a test wants otherwise. */
export interface Furnishing {
  readonly settings?: Partial<DoorSettings>
  readonly limits?: Partial<ServerLimits>
  readonly caps?: Partial<Caps>
  /** Whatever else of the door. */
  readonly change?: Partial<Door>
}

const SETTINGS: DoorSettings = {
  revision: '2026-05',
  strictness: 'upstream',
  parameterErrorCode: 'bad_request',
  pendingResponse: 'absent',
  pace: 2,
  seed: 1,
  publicUrl: undefined,
  trustProxy: false,
  tokens: undefined,
  seenWords: undefined,
  rate: undefined,
  limits: {},
  skipPerPollMs: 3000,
}

const LIMITS: ServerLimits = { bodyBytes: 1000, headBytes: 4096, headMs: 5000, requestMs: 8000, keepAliveMs: 3000 }

const CAPS: Caps = { held: 10, streams: 10, waits: 10, connections: 100, pending: 100, bodyBytes: 100_000 }

/** Every task's file: these bytes, at most five of them at a time, with a tag that names the file. */
export const FILE = Buffer.from('a clip of 26 bytes in all.')

export function sourceOf(task: Task): Source {
  return {
    size: FILE.length,
    etag: etagOf(task),
    type: 'video/mp4',
    read: async (from, to) => FILE.subarray(from, Math.min(to, from + 5)),
  }
}

export function etagOf({ video }: Task): string {
  return `"${video.path.split('/').at(-1)}"`
}

const MEDIA: Media = { etag: etagOf, ready: () => undefined, open: async task => sourceOf(task) }

/**
 * A door of the API, with rooms behind it whose clocks stand, in a moment: nothing listens, no thread makes videos, no
 * callbacks go out. Reports are noted.
 */
export function openRooms({ settings, limits, caps, change }: Furnishing = {}) {
  const timebase = new FakeTimebase()
  const setting = { mode: 'frozen', rate: 1 } as const
  const namespaces = new Namespaces({ seed: 1, setting, quietMs: 5, epoch: START, timebase })
  const defects: unknown[] = []
  const ended: (RequestEntry | DownloadEntry)[] = []
  const delivered: string[] = []
  const rooms = {
    namespaces,
    timebase,
    load: new Load({ ...CAPS, ...caps }),
    store: new MemoryStore({ retain: 1000, nowOf: key => namespaces.of(key).clock.now() }),
    journal: new Journal(1000),
    rulebook: new Rulebook(1),
  }
  const door: Door = {
    ...rooms,
    limits: { ...LIMITS, ...limits },
    settings: { ...SETTINGS, ...settings },
    revisionOf: () => settings?.revision ?? SETTINGS.revision,
    deliver: async ({ id }) => void delivered.push(id),
    media: MEDIA,
    arrivals: new Arrivals(),
    records: new Records(),
    recordings: undefined,
    recognise: () => undefined,
    clips: new Set(),
    onDefect: error => defects.push(error),
    onEnd: entry => ended.push(entry),
    address: () => 'http://mockling.test',
    ...change,
  }
  return { ...rooms, store: door.store, door, defects, ended, delivered }
}
