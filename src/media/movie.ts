import * as boxes from './boxes.ts'
import { concat } from './bytes.ts'

/** Units of time a second, for the movie and its media: a frame lasts 2000 at 24 and 1600 at 30 frames per second. */
const TIMESCALE = 48_000

/** What a movie is made of: samples as they lie in the file, and what describes them. */
export interface Movie {
  readonly width: number
  readonly height: number
  readonly fps: number
  readonly levelIdc: number
  readonly seqParameterSet: Uint8Array
  readonly picParameterSet: Uint8Array
  /** Access units in decoding order, which is output order, each NAL unit behind its length in four bytes. */
  readonly samples: readonly Uint8Array[]
  /** Every how many samples, from the first, decoding can start. */
  readonly keyInterval: number
  readonly title: string
  readonly comment: string
}

/** An MP4 file: what it is and where everything lies come first, so that playing starts with the first bytes. */
export function writeMovie(movie: Movie): Uint8Array {
  const sizes = movie.samples.map(sample => sample.length)
  const mediaSize = sizes.reduce((sum, size) => sum + size, 0)
  const ftyp = boxes.ftyp('isom', 512, ['isom', 'iso2', 'avc1', 'mp41'])
  // Offsets are as long as they are, whatever they say: the first moov only tells its size.
  const mediaStart = ftyp.length + moov(movie, sizes, 0).length + 8
  return concat(ftyp, moov(movie, sizes, mediaStart), boxes.mdatHeader(mediaSize), ...movie.samples)
}

function moov(movie: Movie, sizes: readonly number[], mediaStart: number): Uint8Array {
  const { width, height, fps } = movie
  const delta = TIMESCALE / fps
  const duration = sizes.length * delta
  const chunks = chunksOf(sizes, fps, mediaStart)
  const trackId = 1

  const avc1 = boxes.avc1(
    width,
    height,
    boxes.avcC(movie.levelIdc, movie.seqParameterSet, movie.picParameterSet),
    boxes.pasp(),
    boxes.colr(),
  )
  const stbl = boxes.stbl(
    boxes.stsd(avc1),
    boxes.stts(sizes.length, delta),
    boxes.stss(sizes.map((_, i) => i + 1).filter(number => (number - 1) % movie.keyInterval === 0)),
    boxes.stsc(chunks.runs),
    boxes.stsz(sizes),
    boxes.stco(chunks.offsets),
  )
  const mdia = boxes.mdia(
    boxes.mdhd(TIMESCALE, duration),
    boxes.hdlr('vide', 'VideoHandler'),
    boxes.minf(boxes.vmhd(), boxes.dinf(), stbl),
  )
  const tags = [boxes.tag('©nam', movie.title)]
  if (movie.comment !== '') tags.push(boxes.tag('©cmt', movie.comment))
  return boxes.moov(
    boxes.mvhd(TIMESCALE, duration, trackId + 1),
    boxes.trak(boxes.tkhd(trackId, duration, width, height), mdia),
    boxes.udta(boxes.meta(...tags)),
  )
}

interface Chunks {
  readonly offsets: readonly number[]
  readonly runs: readonly { readonly firstChunk: number; readonly samplesPerChunk: number }[]
}

/** Groups samples that lie one behind the other into chunks of a given number; the last takes what is left. */
function chunksOf(sizes: readonly number[], samplesPerChunk: number, mediaStart: number): Chunks {
  const offsets: number[] = []
  let offset = mediaStart
  sizes.forEach((size, i) => {
    if (i % samplesPerChunk === 0) offsets.push(offset)
    offset += size
  })
  const left = sizes.length % samplesPerChunk
  const runs = []
  if (sizes.length >= samplesPerChunk) runs.push({ firstChunk: 1, samplesPerChunk })
  if (left > 0) runs.push({ firstChunk: offsets.length, samplesPerChunk: left })
  return { offsets, runs }
}
