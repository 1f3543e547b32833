import { kind } from '../kind.ts'
import { clipName, optional } from '../options.ts'

/** What happens when nothing was chosen. With a name, the file that `--clip` gave that name is the video. */
export const succeed = kind({
  name: 'succeed',
  summary: 'The task settles after its usual time, and the video is there.',
  operations: ['create'],
  argument: 'clip',
  options: () => ({ clip: optional(clipName(), 'a video made for the task') }),
})
