import { type Faces, facesOf, type Send } from './faces.ts'
import { type JournalFaces, journalFaces } from './journal-faces.ts'
import { type RuleFaces, ruleFaces } from './rule-faces.ts'

/** A simulator in the hands of code: every command of its control door, whether it runs in this process or elsewhere. */
export interface Handle extends Faces, RuleFaces, JournalFaces {}

/** `url` is the simulator's, without a slash at the end. */
export function handleOf(send: Send, url: string): Handle {
  return { ...facesOf(send, url), ...ruleFaces(send), ...journalFaces(send) }
}
