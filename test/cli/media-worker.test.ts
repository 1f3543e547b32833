import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { createClip } from '../../src/media/clip.ts'
import { Pool } from '../../src/media/pool.ts'
import { ClipShelf } from '../../src/media/shelf.ts'
import { type ClipSpec, tagged } from '../../src/media/spec.ts'
import { create, serve } from './command.ts'

/** Node's option that takes threads away, and the file system with it unless that is given back. */
const PERMISSION = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission'

const SCRIPT = pathToFileURL(join(import.meta.dirname, '../../dist/media-worker.js'))
const SPEC: ClipSpec = { id: 'a', width: 320, height: 180, fps: 30, frames: 153, audio: true, label: ['a mug'] }

async function withPool(
  script: URL,
  use: (pool: Pool, troubles: Error[]) => Promise<void>,
  threads = 1,
): Promise<void> {
  const troubles: Error[] = []
  const pool = new Pool({ script, threads, onTrouble: error => troubles.push(error) })
  try {
    await use(pool, troubles)
  } finally {
    await pool.close()
  }
}

describe('the built media thread', () => {
  it('makes the same bytes as this process, whole and in parts', async () => {
    await withPool(SCRIPT, async (pool, troubles) => {
      const clip = createClip(SPEC)
      pool.warm()
      const { bytes, layout } = await pool.run({ kind: 'whole', spec: SPEC })
      expect(Buffer.compare(bytes, clip.read(0, clip.size))).toBe(0)
      const part = await pool.run({ kind: 'part', spec: SPEC, layout, from: 5000, to: 9000 })
      expect(Buffer.compare(part, clip.read(5000, 9000))).toBe(0)
      expect(part.buffer.byteLength).toBe(4000)
      expect(pool.isInProcess).toBe(false)
      expect(troubles).toEqual([])
    })
  })

  it('does no more jobs at once than it has threads, and drops those that are called off', async () => {
    await withPool(SCRIPT, async pool => {
      const caller = new AbortController()
      const first = pool.run({ kind: 'whole', spec: SPEC })
      const second = pool.run({ kind: 'whole', spec: { ...SPEC, id: 'b' } }, caller.signal)
      const third = pool.run({ kind: 'whole', spec: { ...SPEC, id: 'c' } })
      expect(pool.waiting).toBe(2)
      caller.abort(new Error('gone'))
      await expect(second).rejects.toThrow('gone')
      await Promise.all([first, third])
      expect(pool.waiting).toBe(0)
    })
  })

  it('reports a spec that can’t be made and works on', async () => {
    await withPool(SCRIPT, async pool => {
      await expect(pool.run({ kind: 'whole', spec: { ...SPEC, width: 1e6 } })).rejects.toThrow('level')
      await pool.run({ kind: 'whole', spec: SPEC })
      expect(pool.isInProcess).toBe(false)
    })
  })

  it('is waited for when it is ended, though the last thing it says comes meanwhile', async () => {
    const unrefs: string[] = []
    const threads: Worker[] = []
    const startThread = (script: URL) => {
      const thread = new Worker(script)
      const unref = thread.unref.bind(thread)
      thread.unref = () => {
        unrefs.push('unref')
        unref()
      }
      threads.push(thread)
      return thread
    }
    const pool = new Pool({ script: SCRIPT, threads: 1, startThread })
    await pool.run({ kind: 'whole', spec: SPEC })
    expect(unrefs).toHaveLength(1)
    const closed = pool.close()
    // From here on only the thread may keep the process alive: let go of, it would end in the middle of the wait.
    threads[0]?.emit('message', { result: undefined })
    await closed
    expect(unrefs).toHaveLength(1)
  })

  it('is done without when it dies: the job ends in process', async () => {
    const script = pathToFileURL(join(import.meta.dirname, 'ends-with-3.mjs'))
    await withPool(script, async (pool, troubles) => {
      const { bytes } = await pool.run({ kind: 'whole', spec: SPEC })
      expect(bytes.length).toBe(createClip(SPEC).size)
      expect(pool.isInProcess).toBe(true)
      expect(troubles.map(error => error.message)).toEqual(['the media thread ended with 3'])
    })
  })

  it('is done without when no further one can be started: the one alive does all jobs', async () => {
    const troubles: Error[] = []
    let started = 0
    const startThread = (script: URL) => {
      if (++started > 1) throw new Error('EAGAIN')
      return new Worker(script)
    }
    const pool = new Pool({ script: SCRIPT, threads: 2, startThread, onTrouble: error => troubles.push(error) })
    try {
      const jobs = ['a', 'b', 'c'].map(id => pool.run({ kind: 'whole', spec: { ...SPEC, id } }))
      expect(pool.waiting).toBe(2)
      await Promise.all(jobs)
      await pool.run({ kind: 'whole', spec: SPEC })
      expect({ started, isInProcess: pool.isInProcess, troubles }).toEqual({
        started: 2,
        isInProcess: false,
        troubles: [],
      })
    } finally {
      await pool.close()
    }
  })

  it('is done without where threads are not allowed, which is said once', async () => {
    const env = { NODE_OPTIONS: `${PERMISSION} --allow-fs-read=* --allow-fs-write=*` }
    await using served = await serve(['--pace', 'instant'], { env })
    for (const model of ['kling-v1', 'kling-v1-6']) {
      const { video_url } = (await (await create(served.facts.url, { model })).json()) as { video_url: string }
      const answer = await fetch(video_url)
      expect(answer.status).toBe(200)
      expect(Buffer.from(await answer.arrayBuffer()).includes('mdat')).toBe(true)
    }
    served.signal('SIGTERM')
    const { stderr } = await served.ended()
    expect(stderr.match(/clips are made in the main thread from now on/g)).toHaveLength(1)
    expect(stderr).toContain('restricted')
    expect(stderr).not.toContain('defect')
  })

  it('keeps the event loop free while it works on the largest of clips', async () => {
    await withPool(SCRIPT, async pool => {
      const shelf = new ClipShelf(pool, 64_000_000)
      await shelf.open(tagged(SPEC))
      let turns = 0
      let isDone = false
      const opened = shelf.open(tagged({ ...SPEC, width: 3840, height: 2160, frames: 450 })).finally(() => {
        isDone = true
      })
      while (!isDone) await new Promise(resolve => setImmediate(resolve)).then(() => turns++)
      await opened
      expect(turns).toBeGreaterThan(100)
    })
  })
})
