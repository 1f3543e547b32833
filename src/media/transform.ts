/**
 * The transforms of DC levels, for the quantiser this room uses (QP 16, luma and chroma alike).
 *
 * Both Hadamard transforms are their own inverses but for a factor, so one function each serves both ways.
 */

/** Of a 4x4 block of luma DC levels (H.264 §8.5.10), without scaling. */
export function hadamard4x4(block: Int32Array): void {
  for (let i = 0; i < 16; i += 4) butterfly(block, i, 1)
  for (let i = 0; i < 4; i++) butterfly(block, i, 4)
}

function butterfly(block: Int32Array, first: number, step: number): void {
  const a = level(block, first)
  const b = level(block, first + step)
  const c = level(block, first + 2 * step)
  const d = level(block, first + 3 * step)
  block[first] = a + b + c + d
  block[first + step] = a + b - c - d
  block[first + 2 * step] = a - b - c + d
  block[first + 3 * step] = a - b + c - d
}

/** Of a 2x2 block of chroma DC levels (§8.5.11.1), without scaling. */
export function hadamard2x2(block: Int32Array): void {
  const a = level(block, 0)
  const b = level(block, 1)
  const c = level(block, 2)
  const d = level(block, 3)
  block[0] = a + b + c + d
  block[1] = a - b + c - d
  block[2] = a + b - c - d
  block[3] = a - b - c + d
}

/** Clip1 (§5.7) of an 8-bit sample. */
export function clip(value: number): number {
  return Math.max(0, Math.min(value, 255))
}

// Two readers of elements known to be inside, one per kind of array. A single one for both would be slower: V8 keeps
// what it learns of a load with the function, and would check the kind each time.

export function sample(plane: Uint8Array, index: number): number {
  return plane[index] as number
}

export function level(block: Int32Array, index: number): number {
  return block[index] as number
}
