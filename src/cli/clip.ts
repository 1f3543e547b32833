import { ConfigError } from '../config.ts'
import { durationText, LONGEST_CLIP_SECONDS } from '../contract/formats.ts'
import { createClip } from '../media/clip.ts'
import { leftOut } from '../media/scene.ts'
import { isSide, LEAST_SIDE, MOST_SIDE } from '../media/spec.ts'
import { writeOutput } from './file.ts'

interface ClipOptions {
  readonly seconds: string
  readonly size: string
  readonly fps: '24' | '30'
  readonly audio?: true
  readonly id: string
  readonly label: readonly string[]
  readonly output: string
}

/**
 * `mockling clip`: writes one MP4 file, of the whole number of frames nearest to the seconds asked for.
 * @throws ConfigError if an option's value is not allowed or the file can't be written.
 */
export function clip(options: ClipOptions): void {
  const { seconds, size, id, label, output } = options
  const fps = options.fps === '24' ? 24 : 30
  const frames = Math.max(1, Math.round(secondsOf(seconds) * fps))
  const spec = { id, ...sidesOf(size), fps, frames, audio: options.audio === true, label } as const
  const made = createClip(spec)
  writeOutput(output, made.read(0, made.size), { option: '--output', target: output === '-' ? 1 : output })
  // Not on standard output, where the file itself may go.
  process.stderr.write(
    `${output}: ${size}, ${frames} frames at ${fps} a second = ${durationText({ frames, fps })} s, ${made.size} bytes\n`,
  )
  const missing = leftOut(spec)
  if (missing.length > 0) process.stderr.write(`${output}: too small to show ${missing.join(' and ')}\n`)
}

function secondsOf(text: string): number {
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0
  if (seconds > 0 && seconds <= LONGEST_CLIP_SECONDS) return seconds
  throw refused('--seconds', text, `a number above 0, up to ${LONGEST_CLIP_SECONDS}`)
}

function sidesOf(text: string): { width: number; height: number } {
  const [width = 0, height = 0] = /^\d+x\d+$/.test(text) ? text.split('x').map(Number) : []
  if (isSide(width) && isSide(height)) return { width, height }
  throw refused('--size', text, `WIDTHxHEIGHT, both even and from ${LEAST_SIDE} to ${MOST_SIDE}, such as 1280x720`)
}

function refused(flag: string, value: string, allowed: string): ConfigError {
  return new ConfigError(`${flag}: ${JSON.stringify(value)} is not allowed; it must be ${allowed}`)
}
