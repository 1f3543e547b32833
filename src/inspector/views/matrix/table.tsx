import type { ModeCapability, ModelCapability, RevisionCapability } from '../../../contract/matrix.ts'
import { type Cell, type Feature, offeredText, secondsText } from './cells.ts'

interface MatrixTableProps {
  readonly revision: RevisionCapability
  readonly chosen: Cell | undefined
  readonly onChoose: (cell: Cell) => void
}

const COLUMNS: readonly (readonly [Feature, string])[] = [
  ['durations', 'seconds'],
  ['endImage', 'end frame'],
  ['audio', 'sound'],
  ['camera', 'camera'],
  ['actions', 'actions'],
]

/** A row for each model and mode. */
export function MatrixTable({ revision, chosen, onChoose }: MatrixTableProps) {
  const rows = Object.entries(revision.models).flatMap(([model, offer]) =>
    Object.entries(offer.modes).map(([mode, row]) => ({ model, mode, row, offer })),
  )
  return (
    <div class="scrolls panel" tabIndex={0} role="region" aria-label="Capability matrix">
      <table class="matrix">
        <thead>
          <tr>
            <th scope="col">model</th>
            <th scope="col">mode</th>
            {COLUMNS.map(([feature, title]) => (
              <th key={feature} scope="col">
                {title}
              </th>
            ))}
            <th scope="col">source</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ model, mode, row, offer }) => (
            <tr key={`${model} ${mode}`}>
              <th scope="row">{model}</th>
              <td>{mode}</td>
              {COLUMNS.map(([feature, title]) => {
                const cell = cellOf(feature, { model, mode, row, offer })
                const isChosen = chosen?.model === model && chosen.mode === mode && chosen.feature === feature
                return (
                  <td key={feature}>
                    <button
                      type="button"
                      class="cell"
                      aria-pressed={isChosen}
                      aria-label={`${model} ${mode}, ${title}: ${textOf(feature, row, offer)}`}
                      onClick={() => onChoose(cell)}
                    >
                      {textOf(feature, row, offer)}
                    </button>
                  </td>
                )
              })}
              <td class="dim">
                {row.source} ({row.grade})
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface Row {
  readonly model: string
  readonly mode: string
  readonly row: ModeCapability
  readonly offer: ModelCapability
}

function cellOf(feature: Feature, { model, mode, row, offer }: Row): Cell {
  const at = feature === 'endImage' ? row.endImage : feature === 'camera' ? row.camera : row.durations
  const { durations, source, grade } = row
  return { model, mode, feature, durations, at, actions: offer.actions, source, grade }
}

function textOf(feature: Feature, row: ModeCapability, offer: ModelCapability): string {
  switch (feature) {
    case 'durations':
      return secondsText(row.durations)
    case 'endImage':
      return offeredText(row.endImage, row)
    case 'camera':
      return offeredText(row.camera, row)
    case 'audio':
      return { never: '–', optional: 'yes', always: 'always' }[row.audio]
    case 'actions':
      return offer.actions.join(', ')
  }
}
