import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny'
import { describe, expect, it } from 'vitest'
import { createClip } from '../../src/media/clip.ts'
import type { ClipSpec } from '../../src/media/spec.ts'

const SPEC: ClipSpec = {
  id: 'täsk 1',
  width: 180,
  height: 322,
  fps: 24,
  frames: 121,
  audio: false,
  label: ['kling-v1 std', '“a mug” 茶'],
}

function open(spec: ClipSpec): Input {
  const clip = createClip(spec)
  return new Input({ source: new BufferSource(clip.read(0, clip.size)), formats: ALL_FORMATS })
}

describe('a clip, read by mediabunny', () => {
  it.each([
    [24, 121],
    [30, 153],
    [30, 1],
    [24, 48],
    [30, 300],
  ] as const)('has every sample where and when it belongs (%i fps, %i frames)', async (fps, frames) => {
    using input = open({ ...SPEC, fps, frames })
    const track = await input.getPrimaryVideoTrack()
    if (track === null) throw new Error('no video track')

    let count = 0
    for await (const packet of new EncodedPacketSink(track).packets()) {
      const key = count % (2 * fps) === 0
      const data = Buffer.from(packet.data)
      expect(packet.timestamp).toBeCloseTo(count / fps, 9)
      expect(packet.duration).toBeCloseTo(1 / fps, 9)
      expect(packet.type).toBe(key ? 'key' : 'delta')
      // A sample that began or ended a byte off would not be one NAL unit behind its own length.
      expect(data.readUInt32BE(0)).toBe(data.length - 4)
      expect((data[4] ?? 0) & 31).toBe(key ? 5 : 1)
      count++
    }
    expect(count).toBe(frames)
    expect(await input.computeDuration()).toBeCloseTo(frames / fps, 9)
  })

  it.each([
    [24, 121],
    [30, 153],
    [30, 1],
    [24, 4320],
  ] as const)('has every frame of sound where and when it belongs (%i fps, %i frames)', async (fps, frames) => {
    using input = open({ ...SPEC, fps, frames, audio: true })
    const track = await input.getPrimaryAudioTrack()
    if (track === null) throw new Error('no audio track')
    expect(await track.getCodecParameterString()).toBe('mp4a.40.2')
    expect([track.sampleRate, track.numberOfChannels]).toEqual([48_000, 1])

    let samples = 0
    for await (const packet of new EncodedPacketSink(track).packets()) {
      expect(packet.timestamp).toBeCloseTo(samples / 48_000, 9)
      expect(packet.type).toBe('key')
      // A frame begins with a single channel element and ends with ID_END, which leaves no empty byte.
      expect((packet.data[0] ?? 255) >> 5).toBe(0)
      expect(packet.data.at(-1)).not.toBe(0)
      samples += Math.round(packet.duration * 48_000)
    }
    expect(samples).toBe((frames * 48_000) / fps)
    expect(await track.computeDuration()).toBeCloseTo(frames / fps, 9)
    expect(await input.computeDuration()).toBeCloseTo(frames / fps, 9)
  })

  it('has no sound track unless asked for', async () => {
    using input = open(SPEC)
    expect(await input.getAudioTracks()).toEqual([])
  })

  it('has the size, codec and colours it says', async () => {
    using input = open(SPEC)
    const track = await input.getPrimaryVideoTrack()
    expect(track?.displayWidth).toBe(180)
    expect(track?.displayHeight).toBe(322)
    expect(await track?.getCodecParameterString()).toBe('avc1.42c00d')
    expect(await track?.getColorSpace()).toEqual({
      primaries: 'bt709',
      transfer: 'bt709',
      matrix: 'bt709',
      fullRange: false,
    })
  })

  it('is tagged with its id and label', async () => {
    using input = open(SPEC)
    expect(await input.getMetadataTags()).toMatchObject({ title: 'täsk 1', comment: 'kling-v1 std\n“a mug” 茶' })
  })
})
