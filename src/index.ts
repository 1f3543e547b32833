/** The public names of the package. */
export { ConfigError, type ConfigInput } from './config.ts'
export { CAPABILITIES, type Capability } from './contract/capabilities.ts'
export { type Difference, differencesBetween } from './contract/differences.ts'
export { ERRORS, type ErrorCode } from './contract/errors.ts'
export type { Evidence, Grade } from './contract/evidence.ts'
export {
  type Capabilities,
  capabilities,
  type ModeCapability,
  type ModelCapability,
  type RevisionCapability,
} from './contract/matrix.ts'
export { DEFAULT_REVISION, REVISIONS, type Revision } from './contract/revisions.ts'
export type { Change, Objection, Strictness } from './contract/rules/objection.ts'
export { RULES, validate } from './contract/rules.ts'
export type { ErrorBody, TaskRecord, VideoResult } from './contract/wire.ts'
export type { CallbackView, Edit, ScheduledView } from './control/callbacks.ts'
export {
  type CallbacksFace,
  type ClockFace,
  CommandRefused,
  type Faces,
  type For,
  type InboxFace,
  type Instant,
  type StateFace,
  type TasksFace,
  type TokenSettings,
  type TokenSettingsFace,
} from './control/faces.ts'
export type { InboxAnswer, Message as InboxMessage } from './control/inboxes.ts'
export type { ClockState, TaskView } from './control/shapes.ts'
export type { Played } from './control/state-routes.ts'
export type { Restored } from './keeping.ts'
export { type Clip, type ClipOptions, createClip } from './media/clip.ts'
export type { ClipSpec } from './media/spec.ts'
export type { Repro } from './replay/repro.ts'
export { createSimulator, type Simulator } from './simulator.ts'
export type { Leftover } from './stopping.ts'
export { Unreachable } from './testing/client.ts'
export { connect, type Health, type Mockling, type Target } from './testing/connect.ts'
export { tokenOf } from './testing/token.ts'
export { VerificationError } from './testing/verify.ts'
