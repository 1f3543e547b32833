import { audioSpecificConfig } from './aac.ts'
import { concat } from './bytes.ts'
import { movieHead } from './movie.ts'
import { levelIdc, picParameterSet, seqParameterSet } from './parameter-sets.ts'
import { Reel, type Sample } from './reel.ts'
import type { ClipSpec } from './spec.ts'

/** Where everything lies in a file: enough to make any part of it again. */
export interface Layout {
  /** All before the first sample. */
  readonly head: Uint8Array
  /** Where each segment of the reel starts, and where the last one ends. */
  readonly starts: readonly number[]
}

/** A whole file. */
export interface WholeFile {
  readonly bytes: Uint8Array
  readonly layout: Layout
}

/** Makes the file that a spec stands for. */
export function makeFile(spec: ClipSpec): WholeFile {
  const reel = new Reel(spec)
  const segments = Array.from({ length: reel.segments }, (_, i) => reel.segment(i))
  const all = segments.flat()
  const sizesOf = (track: Sample['track']) =>
    all.filter(sample => sample.track === track).map(sample => sample.bytes.length)
  const head = movieHead({
    width: spec.width,
    height: spec.height,
    fps: spec.fps,
    levelIdc: levelIdc(spec),
    seqParameterSet: seqParameterSet(spec),
    picParameterSet: picParameterSet(),
    videoSizes: sizesOf('video'),
    keyInterval: reel.keyInterval,
    audioSizes: sizesOf('audio'),
    audioSpecificConfig: audioSpecificConfig(),
    title: spec.id,
    comment: spec.label.join('\n'),
  })
  const starts = [head.length]
  for (const segment of segments) {
    starts.push(segment.reduce((end, { bytes }) => end + bytes.length, starts.at(-1) as number))
  }
  return { bytes: concat(head, ...all.map(sample => sample.bytes)), layout: { head, starts } }
}

/** Makes the bytes from `from` up to but not including `to` once more, with no more of the reel than they touch. */
export function readAgain(spec: ClipSpec, { head, starts }: Layout, from: number, to: number): Uint8Array {
  const parts: Uint8Array[] = []
  let start = from
  if (from < head.length) {
    parts.push(head)
    start = 0
  }
  const ends = starts.slice(1)
  const touched = ends.flatMap((end, i) => ((starts[i] as number) < to && end > from ? [i] : []))
  if (touched.length > 0) {
    if (parts.length === 0) start = starts[touched[0] as number] as number
    const reel = new Reel(spec)
    for (const i of touched) parts.push(...reel.segment(i).map(sample => sample.bytes))
  }
  return concat(...parts).subarray(from - start, to - start)
}

/** Where the segment lies that holds the byte at `position`, which is behind the head. */
export function segmentAround({ starts }: Layout, position: number): { from: number; to: number } {
  const next = starts.findIndex(start => start > position)
  return { from: starts[next - 1] as number, to: starts[next] as number }
}
