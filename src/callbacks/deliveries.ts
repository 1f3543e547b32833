import type { Task } from '../simulation/task.ts'
import type { Scheduled } from './charge.ts'
import type { Message } from './message.ts'
import type { AttemptReport, Posting } from './outbox.ts'

/** Who sees to callbacks: of one process, or of replicas that share them. */
export interface Deliveries {
  /** Callbacks that wait to be due. */
  readonly waiting: number | Promise<number>
  /** Posts of this process that are under way. */
  readonly posting: number
  /** Callbacks that are due and wait for their turn. */
  readonly inLine: number
  /**
   * Takes charge of the callbacks of a task that was created just now. `isEager`: resolves when the first attempt at the first of them is
   * over, or at once if that has to wait for its time.
   */
  deliver(task: Task, isEager: boolean): Promise<void>
  /** Callbacks that wait to be due, the earliest first; those of one namespace, or of one task, if it is named. */
  scheduled(namespace?: string, taskId?: string): readonly Scheduled[] | Promise<readonly Scheduled[]>
  /** What a callback of the task says at `now`. */
  messageOf(task: Task, place: number, now: number): Omit<Message, 'url'>
  /** Sends one message about the task, now and once. It is reported like any other attempt. */
  resend(task: Task, place: number, attempt: number, message: Message): Promise<AttemptReport>
  /** Drops what waits of the namespace, or of all. */
  forget(namespace?: string): void | Promise<void>
  /** The post to one of our own inboxes that has this name. */
  postNamed(name: string): Posting | undefined
  /**
   * Sends nothing more. Posts under way may go on until `drained`, then they are cut off. Resolves to how many callbacks
   * are owed still.
   */
  close(drained: Promise<void>): Promise<number>
}
