import { concat } from '../../src/media/bytes.ts'
import { movieHead } from '../../src/media/movie.ts'
import { levelIdc, picParameterSet, seqParameterSet, type VideoFormat } from '../../src/media/parameter-sets.ts'

/** An MP4 file of pictures alone: each a NAL unit, decoding can start at every `keyInterval`-th. */
export function silentMovie(format: VideoFormat, units: readonly Uint8Array[], keyInterval: number): Uint8Array {
  const samples = units.map(unit => concat(Buffer.from(Uint32Array.of(unit.length).buffer).swap32(), unit))
  const head = movieHead({
    ...format,
    levelIdc: levelIdc(format),
    seqParameterSet: seqParameterSet(format),
    picParameterSet: picParameterSet(),
    videoSizes: samples.map(sample => sample.length),
    keyInterval,
    audioSizes: [],
    audioSpecificConfig: new Uint8Array(),
    title: '',
    comment: '',
  })
  return concat(head, ...samples)
}
