import { spawnSync } from 'node:child_process'

/** Empty when ffmpeg and ffprobe are there, otherwise what to add to the name of a test that is left out. */
export const withoutFfmpeg = ['ffmpeg', 'ffprobe'].every(tool => spawnSync(tool, ['-version']).status === 0)
  ? ''
  : ' (left out: ffmpeg and ffprobe are not installed)'

/** What a program printed, and everything it had to say about that. */
export interface Printed {
  readonly output: Buffer
  readonly complaints: string
}

/** Decodes every frame of an MP4 file to planar 4:2:0 samples. */
export function decode(file: string): Printed {
  return run('ffmpeg', ['-v', 'warning', '-i', file, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-'])
}

/** Decodes the sound of an MP4 file to floating-point samples. */
export function listen(file: string): Printed {
  return run('ffmpeg', ['-v', 'warning', '-i', file, '-vn', '-f', 'f32le', '-'])
}

export interface Probed {
  readonly streams: readonly Record<string, unknown>[]
  readonly format: Record<string, unknown>
  readonly complaints: string
}

export function probe(file: string): Probed {
  const asked = ['-v', 'warning', '-count_frames', '-show_streams', '-show_format', '-of', 'json', file]
  const { output, complaints } = run('ffprobe', asked)
  return { ...JSON.parse(output.toString()), complaints }
}

function run(tool: string, args: readonly string[]): Printed {
  const { stdout, stderr } = spawnSync(tool, args, { maxBuffer: 2 ** 28 })
  return { output: stdout, complaints: stderr.toString() }
}
