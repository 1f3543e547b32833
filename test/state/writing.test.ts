import { openSync, truncateSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { StateFile } from '../../src/state/file.ts'
import { HEADER } from '../../src/state/records.ts'
import { until } from '../support/requests.ts'
import { open, reread } from './open-file.ts'
import { statePath } from './state-dir.ts'

describe('a file that is written anew', () => {
  it('holds what it was told to, and what came meanwhile', async () => {
    using place = statePath()
    const { file, close } = await open(place.file)
    for (let index = 0; index < 5_000; index++) file.append({ old: index })
    const made = file.rewrite(Array.from({ length: 1_000 }, (_, index) => ({ kept: index })))
    let came = 0
    const isDone = made.then(() => came++)
    while (file.isRewriting) {
      file.append({ came: came++ })
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(await made).toBe(true)
    await isDone
    file.append({ after: true })
    expect(file.count).toBe(1_000 + came)
    await close()
    const { records, warnings } = await reread(place.file)
    expect(warnings).toEqual([])
    expect(records.slice(0, 1_000)).toEqual(Array.from({ length: 1_000 }, (_, index) => ({ kept: index })))
    expect(records.slice(1_000, -1)).toEqual(Array.from({ length: came - 1 }, (_, index) => ({ came: index })))
    expect(records.at(-1)).toEqual({ after: true })
  })

  it('stays as it is where that fails', async () => {
    using place = statePath()
    const { file, warnings, close } = await open(place.file)
    file.append({ a: 1 })
    await mkdir(`${place.file}.new`)
    expect(await file.rewrite([])).toBe(false)
    expect(warnings[0]).toMatch(/can't be written anew .* and goes on growing/)
    file.append({ b: 2 })
    await close()
    truncateSync(place.file)
  })
})

describe('what nobody waits for', () => {
  it('is not tried again and again while there is no room', async () => {
    using place = statePath()
    writeFileSync(place.file, HEADER)
    const warnings: string[] = []
    const onWarning = (text: string) => warnings.push(text)
    const file = new StateFile(place.file, openSync(place.file, 'r'), HEADER.length, { sync: 'never', onWarning })
    let encoded = 0
    const note = (index: number) => file.note({ toJSON: () => ({ index: encoded++ && index }) })
    for (let index = 0; index < 20_000; index++) note(index)
    expect(encoded).toBe(1)
    await file.close()
    expect(warnings).toHaveLength(1)
    expect(file.count).toBe(0)
  })
})

describe('--state-sync', () => {
  /** A disk that is done with a sync when the test says so. */
  function disk() {
    const asked: { resolve: () => void; reject: (error: Error) => void }[] = []
    return { asked, datasync: () => new Promise<void>((resolve, reject) => asked.push({ resolve, reject })) }
  }

  it('always: is done with all that was written before one sync, in one', async () => {
    using place = statePath()
    const { asked, datasync } = disk()
    const { file } = await open(place.file, { sync: 'always', datasync })
    const done: number[] = []
    const append = (index: number) => void file.append({ index })?.then(() => done.push(index))
    append(0)
    await until('the first sync', () => asked.length === 1)
    for (let index = 1; index <= 50; index++) append(index)
    await new Promise(resolve => setImmediate(resolve))
    expect([asked.length, done]).toEqual([1, []])
    asked[0]?.resolve()
    await until('the second sync', () => asked.length === 2)
    expect(done).toEqual([0])
    asked[1]?.resolve()
    await until('all are done', () => done.length === 51)
    expect(asked).toHaveLength(2)
  })

  it('always: keeps nothing more once a sync has failed', async () => {
    using place = statePath()
    const { asked, datasync } = disk()
    const { file, warnings } = await open(place.file, { sync: 'always', datasync })
    const safe = file.append({ a: 1 })
    await until('the sync', () => asked.length === 1)
    asked[0]?.reject(new Error('EIO'))
    await expect(safe).rejects.toMatchObject({ headers: { 'x-mockling-overload': 'state' } })
    expect(() => file.append({ b: 2 })).toThrow(/state file/)
    expect(warnings).toEqual([expect.stringMatching(/EIO.*nothing more is kept/)])
  })

  it.each([
    ['interval', 1],
    ['never', 0],
  ] as const)('%s: has nobody wait', async (sync, syncs) => {
    using place = statePath()
    const { asked, datasync } = disk()
    const { file } = await open(place.file, { sync, datasync })
    expect([file.append({ a: 1 }), file.append({ b: 2 })]).toEqual([undefined, undefined])
    await until('the interval is over', () => asked.length >= syncs)
    expect(asked).toHaveLength(syncs)
  })
})
