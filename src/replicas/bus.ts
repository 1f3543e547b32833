import type { z } from 'zod'

/** What a replica does about a message of another: what it returns is the answer to who asked. */
export type Handler<Message> = (message: Message, from: string) => unknown

/** How replicas of one simulator hear of each other. */
export interface Bus {
  /** This replica's name, unlike any other's there ever was. */
  readonly id: string
  /** The how-manieth replica it is, from 1, of all there ever were. */
  readonly number: number
  /** Tells the other replicas, in order, and waits for nobody. */
  tell(topic: string, message: unknown): void
  /**
   * Asks every other replica and resolves to their answers, in no order. One that is gone or takes longer than five seconds has none, and
   * what does not fit `answers` is none.
   * @throws if there is no connection.
   */
  ask<Answer = unknown>(topic: string, message: unknown, answers?: z.ZodType<Answer>): Promise<Answer[]>
  /**
   * Has `handle` called with every message of the topic that others tell or ask and that fits `messages`; anybody may say anything.
   * One handler a topic.
   */
  on<Message>(topic: string, messages: z.ZodType<Message>, handle: Handler<Message>): void
  /** Has `act` done while no other replica, and nobody else here, holds the lock of that name. */
  locked<T>(name: string, act: () => Promise<T>): Promise<T>
  /** Calls `listener` each time the connection is back after it was lost: messages may have been missed. */
  onReturn(listener: () => void): void
  close(): Promise<void>
}
