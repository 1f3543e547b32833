import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ALL_FORMATS, BufferSource, Input } from 'mediabunny'
import { afterAll, describe, expect, it } from 'vitest'
import { createClip } from '../../src/index.ts'
import { create, run, serve } from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'mockling-clip-'))
afterAll(() => rmSync(folder, { recursive: true }))
const out = join(folder, 'out.mp4')

async function videoOf(url: string): Promise<Record<'video_url' | 'task_id' | 'video_id', string>> {
  const answer = await create(url, { model: 'kling-v1' })
  return (await answer.json()) as Awaited<ReturnType<typeof videoOf>>
}

describe('mockling clip', () => {
  it('writes what createClip makes', async () => {
    const args = ['--seconds', '5.1', '--size', '640x360', '--audio', '--label', 'a mug', '--label', '茶', '-o', out]
    const { code, stdout, stderr } = await run(['clip', ...args])

    const bytes = readFileSync(out)
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toBe(`${out}: 640x360, 153 frames at 30 a second = 5.1 s, ${bytes.length} bytes\n`)
    const clip = createClip({
      ...{ id: 'mockling', width: 640, height: 360, fps: 30, frames: 153 },
      ...{ audio: true, label: ['a mug', '茶'] },
    })
    expect(bytes.equals(clip.read(0, clip.size))).toBe(true)
    using input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS })
    expect(await input.computeDuration()).toBeCloseTo(5.1, 9)
  })

  it('says what there is no room for', async () => {
    const { code, stderr } = await run(['clip', '--seconds', '1', '--size', '160x90', '--label', 'a mug', '-o', out])
    expect(code).toBe(0)
    expect(stderr.split('\n').slice(1)).toEqual([`${out}: too small to show the label and the time`, ''])
  })

  it.each([
    [['--seconds', 'x'], '--seconds: "x" is not allowed; it must be a number above 0, up to 180'],
    [['--seconds', '0'], '--seconds: "0" is not allowed; it must be a number above 0, up to 180'],
    [['--seconds', '181'], '--seconds: "181" is not allowed; it must be a number above 0, up to 180'],
    [['--size', '1280'], '--size: "1280" is not allowed; it must be WIDTHxHEIGHT, both even and from 16 to 4096'],
    [['--size', '641x360'], '--size: "641x360" is not allowed; it must be WIDTHxHEIGHT, both even and from 16 to 4096'],
    [['--fps', '25'], "argument '25' is invalid. Allowed choices are 24, 30."],
    [['-o', join(folder, 'no', 'where.mp4')], 'where.mp4" can\'t be written: ENOENT'],
  ])('refuses %j: exit 2, naming flag, value and what is allowed', async (wrong, message) => {
    const { code, stdout, stderr } = await run(['clip', '-o', out, ...wrong])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })

  it('asks for a file to write', async () => {
    const { code, stderr } = await run(['clip'])
    expect(code).toBe(2)
    expect(stderr).toContain('--output')
  })
})

describe('mockling serve', () => {
  it('serves clips made by its threads, with the same bytes as createClip', async () => {
    await using served = await serve(['--pace', 'instant'])
    const { video_url, task_id, video_id } = await videoOf(served.facts.url)
    const bytes = Buffer.from(await (await fetch(video_url)).arrayBuffer())
    const clip = createClip({
      ...{ id: video_id, width: 1280, height: 720, fps: 30, frames: 153, audio: false },
      label: [
        `task ${task_id.slice(0, 8)} video ${video_id.slice(0, 8)}`,
        ...['kling-v1 std text2video', '5.1s 16:9 1280x720@30', '', 'a white mug'],
      ],
    })
    expect(bytes.equals(clip.read(0, clip.size))).toBe(true)
    served.signal('SIGTERM')
    expect(await served.ended()).toMatchObject({ code: 0, stderr: '' })
  })

  it('serves a file of one’s own, and says what is wrong with one that can’t be served', async () => {
    await run(['clip', '--size', '64x64', '--seconds', '1', '-o', out])
    await using served = await serve(['--pace', 'instant', '--clip', out])
    const { video_url } = await videoOf(served.facts.url)
    expect(Buffer.from(await (await fetch(video_url)).arrayBuffer()).equals(readFileSync(out))).toBe(true)

    const { code, stderr } = await run(['serve', '--port', '0', '--clip', folder])
    expect(code).toBe(2)
    expect(stderr).toBe(`mockling: --clip: ${JSON.stringify(folder)} can't be served: it is no file\n`)
  })

  it.each(['flags', 'environment', 'JSON', 'YAML'])('serves files by outcome, as told by %s', async by => {
    const [all, cat] = ['all', 'cat'].map(name => {
      const file = join(folder, `${by}-${name}.webm`)
      writeFileSync(file, name)
      return file
    })
    const config = join(folder, `${by}.${by.toLowerCase()}`)
    if (by === 'JSON') writeFileSync(config, JSON.stringify({ clip: { '*': all, 'succeed cat': cat } }))
    if (by === 'YAML') writeFileSync(config, `clip:\n  - ${all}\n  - succeed cat=${cat}\n`)
    const flags = by === 'flags' ? ['--clip', `${all}`, '--clip', `succeed cat=${cat}`] : []
    const file = by === 'JSON' || by === 'YAML' ? ['--config', config] : []
    const env: Record<string, string> = by === 'environment' ? { MOCKLING_CLIP: `${all},succeed cat=${cat}` } : {}
    await using served = await serve(['--pace', 'instant', ...flags, ...file], { env })
    for (const [prompt, text] of [
      ['a mug', 'all'],
      ['a mug [[mockling:succeed cat]]', 'cat'],
    ] as const) {
      const { video_url } = (await (await create(served.facts.url, { prompt })).json()) as { video_url: string }
      const answer = await fetch(video_url)
      expect(answer.headers.get('content-type')).toBe('video/webm')
      expect(await answer.text()).toBe(text)
    }
  })

  it.each([
    [{ args: ['--clip', 'a.mp4', '--clip', 'b.mp4'] }, '--clip: ["a.mp4","b.mp4"]'],
    [{ args: ['--clip', 'fail timeout=a.mp4'] }, '--clip: ["fail timeout=a.mp4"]'],
    [{ args: [], env: { MOCKLING_CLIP: 'suceed cat=a.mp4' } }, 'MOCKLING_CLIP: "suceed cat=a.mp4"'],
  ])('refuses %j before it listens', async ({ args, ...options }, named) => {
    const { code, stdout, stderr } = await run(['serve', '--port', '0', ...args], options)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(`${named} is not allowed; it must be FILE for all videos or OUTCOME=FILE`)
  })
})
