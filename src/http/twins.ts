import type { Serving } from '../faults/kind.ts'
import type { Source } from '../media/shelf.ts'

/** The file as effects have it served: another type, fewer bytes. A tag of its own goes with other bytes. */
export async function twinOf(source: Source, { keep, type = source.type }: Serving): Promise<Source> {
  const read: Source['read'] = (from, to) => source.read(from, to)
  if (keep === undefined) return { size: source.size, etag: source.etag, type, read }
  const size = Math.min(keep === 'moov' ? await middleOfMoov(source) : keep, source.size)
  return { size, etag: `${source.etag.slice(0, -1)}-${size}"`, type, read }
}

/** Half way into the box `moov` (ISO/IEC 14496-12 §8.2.1); half way into a file that has none. */
async function middleOfMoov(source: Source): Promise<number> {
  for (let at = 0; at + 8 <= source.size; ) {
    const head = Buffer.from(await source.read(at, at + 8))
    // A piece may end inside the head of a box; a box of 0 goes on to the end, one of 1 is longer than 4 GB.
    if (head.length < 8) break
    const length = head.readUInt32BE(0)
    if (head.toString('latin1', 4, 8) === 'moov') return at + (length >> 1)
    if (length < 8) break
    at += length
  }
  return source.size >> 1
}
