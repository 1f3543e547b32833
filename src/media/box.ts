import { concat, latin1, u32 } from './bytes.ts'

/** Box (§4.2): its size, its type, its parts. */
export function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 8)
  return concat(u32(size), latin1(type), ...parts)
}

/** FullBox (§4.2): a box that begins with a version and 24 flags. */
export function fullBox(type: string, version: number, flags: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return box(type, u32((version << 24) | flags), ...parts)
}
