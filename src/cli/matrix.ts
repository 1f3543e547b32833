import { CAPABILITIES, type Capability } from '../contract/capabilities.ts'
import { spanOf } from '../contract/offers.ts'
import type { Revision } from '../contract/revisions.ts'
import { tableText } from './table.ts'

interface MatrixOptions {
  readonly revision: Revision
  readonly format: 'table' | 'json' | 'markdown'
}

const HEADINGS = ['model', 'mode', 'durations', 'end frame', 'audio', 'camera', 'actions', 'takes', 'grade', 'source']

/** `mockling matrix`. */
export function matrix({ revision, format }: MatrixOptions): void {
  process.stdout.write(`${printMatrix(revision, format)}\n`)
}

/** The capability matrix of one revision as text. */
export function printMatrix(revision: Revision, format: MatrixOptions['format']): string {
  const rows = CAPABILITIES.filter(row => row.revisions.includes(revision))
  if (format === 'json') return JSON.stringify({ revision, rows }, null, 2)
  return tableText([HEADINGS, ...rows.map(cellsOf)], format)
}

function cellsOf(row: Capability): string[] {
  return [
    row.model,
    row.oneMode ? 'one mode' : row.modes.join(', '),
    spanOf(row.seconds),
    offered(row.endFrame, row.seconds),
    row.alwaysAudio ? 'always' : row.audio ? 'yes' : '–',
    offered(row.camera, row.seconds),
    row.actions.join(', '),
    row.takes?.join(', ') ?? '–',
    row.grade,
    row.source,
  ]
}

function offered(at: readonly number[], of: readonly number[]): string {
  if (at.length === 0) return '–'
  return at.length === of.length ? 'yes' : `only ${spanOf(at)} s`
}
