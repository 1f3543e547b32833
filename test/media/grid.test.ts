import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input, type InputTrack } from 'mediabunny'
import { afterAll, describe, expect, it } from 'vitest'
import { createClip } from '../../src/media/clip.ts'
import { probe, withoutFfmpeg } from './ffmpeg.ts'
import { GRID } from './grid.ts'

const folder = mkdtempSync(join(tmpdir(), 'mockling-grid-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Every packet of a track, as far as it matters here. */
async function packetsOf(track: InputTrack) {
  const packets = []
  for await (const { timestamp, duration, type, data } of new EncodedPacketSink(track as never).packets()) {
    packets.push({ timestamp, duration, type, size: data.length, data })
  }
  return packets
}

describe('the grid', () => {
  it('has at least sixty files', () => {
    expect(new Set(GRID.map(([name]) => name)).size).toBeGreaterThanOrEqual(60)
  })

  it.skipIf(withoutFfmpeg).each(GRID)(
    `is played by ffmpeg without a complaint, as long as it should be: %s${withoutFfmpeg}`,
    (_, spec) => {
      const { width, height, fps, frames, audio } = spec
      const clip = createClip(spec)
      const file = join(folder, 'clip.mp4')
      writeFileSync(file, clip.read(0, clip.size))
      const { complaints, streams, format } = probe(file)

      expect(complaints).toBe('')
      expect(streams).toHaveLength(audio ? 2 : 1)
      for (const { duration } of [format, ...streams]) {
        expect(Math.abs(Number(duration) - frames / fps)).toBeLessThan(0.001)
      }
      expect(streams[0]).toMatchObject({
        codec_name: 'h264',
        profile: 'Constrained Baseline',
        width,
        height,
        pix_fmt: 'yuv420p',
        color_space: 'bt709',
        r_frame_rate: `${fps}/1`,
        avg_frame_rate: `${fps}/1`,
        has_b_frames: 0,
        nb_read_frames: String(frames),
      })
      if (audio)
        expect(streams[1]).toMatchObject({ codec_name: 'aac', profile: 'LC', sample_rate: '48000', channels: 1 })
    },
  )

  it.each(GRID)('is read by mediabunny, every sample where and when it belongs: %s', async (_, spec) => {
    const { fps, frames, audio } = spec
    const clip = createClip(spec)
    using input = new Input({ source: new BufferSource(clip.read(0, clip.size)), formats: ALL_FORMATS })
    const video = await input.getPrimaryVideoTrack()
    const sound = await input.getPrimaryAudioTrack()
    if (video === null) throw new Error('no video track')

    const pictures = await packetsOf(video)
    expect(pictures).toHaveLength(frames)
    for (const [i, { timestamp, duration, type, size, data }] of pictures.entries()) {
      const key = i % (2 * fps) === 0
      if (Math.abs(timestamp - i / fps) > 1e-9 || Math.abs(duration - 1 / fps) > 1e-9) {
        throw new Error(`picture ${i} is shown at ${timestamp} for ${duration}`)
      }
      // One NAL unit behind its own length: a sample that began or ended a byte off would not be.
      const isWhole = Buffer.from(data).readUInt32BE(0) === size - 4
      expect([type, isWhole, (data[4] ?? 0) & 31]).toEqual([key ? 'key' : 'delta', true, key ? 5 : 1])
    }

    expect(sound !== null).toBe(audio)
    const tones = sound ? await packetsOf(sound) : []
    let samples = 0
    for (const { timestamp, duration, type } of tones) {
      expect([type, Math.round(timestamp * 48_000)]).toEqual(['key', samples])
      samples += Math.round(duration * 48_000)
    }
    expect(samples).toBe(audio ? (frames * 48_000) / fps : 0)

    // Together the samples are all there is behind the header of mdat.
    const whole = Buffer.from(clip.read(0, clip.size))
    const media = whole.length - (whole.indexOf('mdat') + 4)
    expect([...pictures, ...tones].reduce((sum, { size }) => sum + size, 0)).toBe(media)
  })
})
