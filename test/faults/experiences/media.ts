import { BufferSource, Input, MP4 } from 'mediabunny'
import { expect } from 'vitest'
import { whenWaiting } from '../../support/requests.ts'
import { type Bench, type Experience, openBench, PACE } from '../bench.ts'
import { BROKEN, codeOf, type Reply } from '../clients.ts'

/** What each fault of the file puts its client through, who knows of it from a result that says nothing of it. */
export const MEDIA_EXPERIENCES: Readonly<Record<string, Experience>> = {
  'media-expired': async client => {
    await using bench = await openBench(client)
    expect(await download(bench, await videoOf(bench, 'media-expired'))).toMatchObject({ status: 403, text: '' })
    expect((await download(bench, await videoOf(bench, 'succeed'))).status).toBe(200)
    expect(downloads(bench)).toMatchObject([{ status: 403 }, { status: 200 }])
  },

  'media-missing': async client => {
    await using bench = await openBench(client)
    expect(await download(bench, await videoOf(bench, 'media-missing'))).toMatchObject({ status: 404, text: '' })
  },

  'media-type': async client => {
    await using bench = await openBench(client)
    const reply = await download(bench, await videoOf(bench, 'media-type'))
    expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'application/octet-stream' } })
    expect(await isPlayable(reply)).toBe(true)
    const other = await download(bench, await videoOf(bench, 'media-type text/html'), { range: 'bytes=0-9' })
    expect(other).toMatchObject({ status: 206, headers: { 'content-type': 'text/html' } })
  },

  'media-no-range': async client => {
    await using bench = await openBench(client)
    const url = await videoOf(bench, 'media-no-range')
    const reply = await download(bench, url, { range: 'bytes=100-199' })
    expect(reply.status).toBe(200)
    expect(reply.headers).not.toHaveProperty('content-range')
    expect(reply.headers).not.toHaveProperty('accept-ranges')
    expect(await isPlayable(reply)).toBe(true)
    // As it is without.
    const part = await download(bench, await videoOf(bench, 'succeed'), { range: 'bytes=100-199' })
    expect(part).toMatchObject({ status: 206, headers: { 'content-length': '100', 'accept-ranges': 'bytes' } })
  },

  'media-empty': async client => {
    await using bench = await openBench(client)
    const reply = await download(bench, await videoOf(bench, 'media-empty'))
    expect(reply).toMatchObject({
      status: 200,
      headers: { 'content-length': '0', 'content-type': 'video/mp4' },
      text: '',
    })
  },

  'media-truncated': async client => {
    await using bench = await openBench(client)
    const reply = await download(bench, await videoOf(bench, 'media-truncated'))
    expect(reply).toMatchObject({ status: 200, headers: { 'content-length': String(reply.body.length) } })
    expect(reply.body.toString('latin1', 4, 8)).toBe('ftyp')
    const moov = reply.body.indexOf('moov') - 4
    expect(reply.body.length).toBeLessThan(moov + reply.body.readUInt32BE(moov))
    expect(await isPlayable(reply)).toBe(false)
  },

  'media-slow': async client => {
    await using bench = await openBench(client)
    const url = await videoOf(bench, 'media-slow 50000')
    const head = await bench.simulator.app.inject({ method: 'HEAD', url: new URL(url).pathname })
    const seconds = Number(head.headers['content-length']) / 50_000
    const slow = { promise: download(bench, url), isOver: false }
    slow.promise.then(() => {
      slow.isOver = true
    })
    await bench.pass(seconds - 0.01, 1)
    await whenWaiting(bench.simulator)
    expect(slow.isOver).toBe(false)
    await bench.pass(0.02)
    const reply = await slow.promise
    expect(reply.status).toBe(200)
    expect(await isPlayable(reply)).toBe(true)
  },

  'media-cut': async client => {
    await using bench = await openBench(client)
    const url = await videoOf(bench, 'media-cut')
    const failure = await download(bench, url).catch(error => error)
    expect(codeOf(failure)).toMatch(BROKEN)
    // Got tries again by itself, in vain.
    expect(downloads(bench)).toHaveLength(client.name === 'got' ? 3 : 1)
    for (const entry of downloads(bench)) expect(entry).toMatchObject({ status: 200, bytes: 10_000, isCut: true })
    // Who asks for what is missing, piece by piece, gets it.
    expect((await download(bench, url, { range: 'bytes=10000-19999' })).body).toHaveLength(10_000)
  },
}

/** The URL of the video of a create under that outcome, as its result has it. */
async function videoOf(bench: Bench, outcome: string): Promise<string> {
  const id = await bench.createAsync(outcome)
  await bench.pass(PACE)
  const { response } = (await bench.poll(id)) as { response: { success: boolean; video_url: string } }
  expect(response.success).toBe(true)
  return response.video_url
}

function download({ client }: Bench, url: string, headers: Record<string, string> = {}): Promise<Reply> {
  return client.send('GET', url, headers)
}

function downloads({ simulator }: Bench) {
  return simulator.control.journal.list({ kind: 'download' })
}

/** Whether somebody else's demuxer finds the video's track in the file. */
async function isPlayable({ body }: Reply): Promise<boolean> {
  using input = new Input({ formats: [MP4], source: new BufferSource(new Uint8Array(body)) })
  try {
    return (await input.getPrimaryVideoTrack()) !== null
  } catch {
    return false
  }
}
