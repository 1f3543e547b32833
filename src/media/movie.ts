import { FRAME_SAMPLES, SAMPLE_RATE } from './aac.ts'
import * as boxes from './boxes.ts'
import { concat } from './bytes.ts'
import * as samples from './sample-boxes.ts'
import { firstFrameOf } from './sound.ts'

/**
 * Units of time a second, for the movie and all its media: a picture lasts 2000 at 24 and 1600 at 30 frames per second,
 * and a unit is a sample of sound.
 */
export const TIMESCALE = SAMPLE_RATE

/** What describes a movie, down to the bytes of each sample. */
export interface Movie {
  readonly width: number
  readonly height: number
  readonly fps: number
  readonly levelIdc: number
  readonly seqParameterSet: Uint8Array
  readonly picParameterSet: Uint8Array
  /** Sizes of the access units in decoding order, which is output order; NAL units lie behind lengths in four bytes. */
  readonly videoSizes: readonly number[]
  /** Every how many access units, from the first, decoding can start. */
  readonly keyInterval: number
  /** Sizes of the frames of sound; none at all: no sound track. */
  readonly audioSizes: readonly number[]
  readonly audioSpecificConfig: Uint8Array
  readonly title: string
  readonly comment: string
}

/** Samples of one track that lie one behind the other. */
export interface Chunk {
  /** Of the clip, counted from 0. */
  readonly second: number
  readonly track: 'video' | 'audio'
  /** Of the track's samples, counted from 0. */
  readonly first: number
  readonly count: number
}

/** The order of samples in a file: a second of pictures, the sound that begins in it, the next second. */
export function chunksOf(frames: number, fps: number, audioFrames: number): readonly Chunk[] {
  const chunks: Chunk[] = []
  for (let second = 0; second * fps < frames; second++) {
    const first = second * fps
    chunks.push({ second, track: 'video', first, count: Math.min(fps, frames - first) })
    const firstAudio = firstFrameOf(second)
    const count = Math.min(firstFrameOf(second + 1), audioFrames) - firstAudio
    if (count > 0) chunks.push({ second, track: 'audio', first: firstAudio, count })
  }
  return chunks
}

/**
 * An MP4 file as far as its samples, which have to follow in the order of `chunksOf`.
 *
 * What the file is and where everything lies come first, so that playing starts with the first bytes.
 */
export function movieHead(movie: Movie): Uint8Array {
  const mediaSize = sum(movie.videoSizes) + sum(movie.audioSizes)
  const ftyp = boxes.ftyp('isom', 512, ['isom', 'iso2', 'avc1', 'mp41'])
  // Offsets are as long as they are, whatever they say: the first moov only tells its size.
  const mediaStart = ftyp.length + moov(movie, 0).length + 8
  return concat(ftyp, moov(movie, mediaStart), boxes.mdatHeader(mediaSize))
}

function moov(movie: Movie, mediaStart: number): Uint8Array {
  const duration = (movie.videoSizes.length * TIMESCALE) / movie.fps
  const chunks = placed(movie, mediaStart)
  const tracks = [videoTrack(movie, duration, chunks)]
  if (movie.audioSizes.length > 0) tracks.push(audioTrack(movie, duration, chunks))
  const tags = [boxes.tag('©nam', movie.title)]
  if (movie.comment !== '') tags.push(boxes.tag('©cmt', movie.comment))
  return boxes.moov(boxes.mvhd(TIMESCALE, duration, tracks.length + 1), ...tracks, boxes.udta(boxes.meta(...tags)))
}

function videoTrack(movie: Movie, duration: number, chunks: readonly PlacedChunk[]): Uint8Array {
  const { width, height, fps, videoSizes, keyInterval } = movie
  const avc1 = samples.avc1(
    width,
    height,
    samples.avcC(movie.levelIdc, movie.seqParameterSet, movie.picParameterSet),
    samples.pasp(),
    samples.colr(),
  )
  const stbl = samples.stbl(
    samples.stsd(avc1),
    samples.stts([{ count: videoSizes.length, delta: TIMESCALE / fps }]),
    samples.stss(videoSizes.map((_, i) => i + 1).filter(number => (number - 1) % keyInterval === 0)),
    ...chunkBoxes(chunks, 'video'),
    samples.stsz(videoSizes),
  )
  const mdia = boxes.mdia(
    boxes.mdhd(TIMESCALE, duration),
    boxes.hdlr('vide', 'VideoHandler'),
    boxes.minf(boxes.vmhd(), boxes.dinf(), stbl),
  )
  return boxes.trak(boxes.tkhd(1, duration, 0, width, height), mdia)
}

function audioTrack(movie: Movie, duration: number, chunks: readonly PlacedChunk[]): Uint8Array {
  const { audioSizes } = movie
  const whole = audioSizes.length - 1
  // The last frame reaches past the end. It is said to last just up to it, and the edit list says the same.
  const last = { count: 1, delta: duration - whole * FRAME_SAMPLES }
  const bitRate = Math.round((sum(audioSizes) * 8 * TIMESCALE) / duration)
  const stbl = samples.stbl(
    samples.stsd(samples.mp4a(1, SAMPLE_RATE, samples.esds(bitRate, movie.audioSpecificConfig))),
    samples.stts(whole === 0 ? [last] : [{ count: whole, delta: FRAME_SAMPLES }, last]),
    ...chunkBoxes(chunks, 'audio'),
    samples.stsz(audioSizes),
  )
  const mdia = boxes.mdia(
    boxes.mdhd(TIMESCALE, duration),
    boxes.hdlr('soun', 'SoundHandler'),
    boxes.minf(boxes.smhd(), boxes.dinf(), stbl),
  )
  return boxes.trak(boxes.tkhd(2, duration, 1, 0, 0), boxes.edts(duration), mdia)
}

interface PlacedChunk extends Chunk {
  readonly offset: number
}

function placed({ videoSizes, audioSizes, fps }: Movie, mediaStart: number): readonly PlacedChunk[] {
  let offset = mediaStart
  return chunksOf(videoSizes.length, fps, audioSizes.length).map(chunk => {
    const at = offset
    const sizes = chunk.track === 'video' ? videoSizes : audioSizes
    offset += sum(sizes.slice(chunk.first, chunk.first + chunk.count))
    return { ...chunk, offset: at }
  })
}

/** stsc and stco of one track. */
function chunkBoxes(chunks: readonly PlacedChunk[], track: Chunk['track']): Uint8Array[] {
  const own = chunks.filter(chunk => chunk.track === track)
  const runs: samples.ChunkRun[] = []
  own.forEach(({ count }, i) => {
    if (runs.at(-1)?.samplesPerChunk !== count) runs.push({ firstChunk: i + 1, samplesPerChunk: count })
  })
  return [samples.stsc(runs), samples.stco(own.map(chunk => chunk.offset))]
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0)
}
