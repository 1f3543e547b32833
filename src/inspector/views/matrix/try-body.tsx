import { useEffect, useState } from 'preact/hooks'
import type { Explanation } from '../../../contract/explaining.ts'
import type { Rule } from '../../../contract/rules/objection.ts'
import { isLocked, send } from '../../api.ts'
import { creditsText, messageOf } from '../../format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Problem } from '../../ui/command.tsx'
import { TextArea } from '../../ui/field.tsx'
import { Said } from '../../ui/text.tsx'
import { Objections } from '../requests/objections.tsx'
import type { Cell } from './cells.ts'
import { rulesAbout, rulesNaming } from './rules.ts'

interface TryBodyProps {
  readonly revision: string
  readonly cell: Cell | undefined
  /** The body to begin with. */
  readonly first: string
}

/** A body to be changed, and what the revision makes of it as it is. */
export function TryBody({ revision, cell, first }: TryBodyProps) {
  const [text, setText] = useState(first)
  const { explanation, problem } = useExplanation(text, revision)
  return (
    <section class="panel" aria-label="Try a body">
      <h2>Try a body</h2>
      <p class="dim">
        {cell
          ? `An example for ${cell.model} in mode ${cell.mode}. The cell is from ${cell.source} (${cell.grade}).`
          : 'Choose a cell of the matrix for an example. Nothing is sent, made or billed.'}
      </p>
      {cell && <RuleList title="Rules about the cell" rules={rulesAbout(cell.feature, revision)} />}
      {cell && <RuleList title={`Rules that name ${cell.model}`} rules={rulesNaming(cell, revision)} />}
      <div class="halves">
        <TextArea label="Body of POST /kling/videos" value={text} onChange={setText} rows={14} />
        <div aria-live="polite" class="verdict">
          <Problem text={problem} />
          {explanation && <Verdict of={explanation} />}
        </div>
      </div>
    </section>
  )
}

function RuleList({ title, rules }: { title: string; rules: readonly Rule[] }) {
  if (rules.length === 0) return null
  return (
    <div>
      <h3>{title}</h3>
      <ul class="rules" aria-label={title}>
        {rules.map(({ id, says, source, grade, strictness }) => (
          <li key={`${id} ${says}`}>
            <Badge state={id} />
            <span>
              {says}{' '}
              <span class="dim">
                {source} ({grade}){strictness !== undefined && `, under strictness ${strictness} alone`}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Verdict({ of: { accepted, revision, price, objections, ignored } }: { of: Explanation }) {
  return (
    <>
      <p>
        <Badge state={accepted ? 'accepted' : 'refused'} tone={accepted ? 'good' : 'bad'} /> by revision {revision}
        {price && `, for about ${creditsText(price.credits)} Credits (${price.grade}: ${price.source})`}
      </p>
      <Objections of={objections} />
      {ignored.map(({ field, knownIn }) => (
        <p key={field}>
          Ignored: <Said text={field} />
          {knownIn.length > 0 && ` (read by ${knownIn.join(', ')})`}
        </p>
      ))}
    </>
  )
}

/** What the server makes of a body, asked anew with each change of it. */
function useExplanation(text: string, revision: string): { explanation?: Explanation; problem?: string } {
  const [state, setState] = useState<{ explanation?: Explanation; problem?: string }>({})
  const isOpen = !isLocked.value
  useEffect(() => {
    if (!isOpen) return undefined
    const over = new AbortController()
    explain(text, revision, over.signal).then(
      explanation => setState({ explanation }),
      error => !over.signal.aborted && setState({ problem: messageOf(error) }),
    )
    return () => over.abort()
  }, [text, revision, isOpen])
  return state
}

async function explain(text: string, revision: string, signal: AbortSignal): Promise<Explanation> {
  return send<Explanation>('POST', 'v1/explain', { revision, body: JSON.parse(text) }, signal)
}
