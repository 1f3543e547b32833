import type { Command } from './workshop.ts'

/** A client that a generator makes from the document, with the small program of ours that drives it. */
export interface GeneratedClient {
  readonly generator: string
  readonly version: string
  readonly language: string
  /** Of the document that it is generated from. */
  readonly revision: '2026-05' | '2026-10'
  /** What compiles or checks the generated code and the driver, for the table. */
  readonly compiledWith: string
  /** Commands without which it is left out. */
  readonly needs: readonly Command[]
  /** Generates, compiles, and resolves to the command that goes through the scenarios. */
  build(): Promise<Driver>
}

export interface Driver {
  readonly command: Command
  readonly cwd: string
}
