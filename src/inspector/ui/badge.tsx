/** How a state looks: good, bad, under way, or none of these. */
const TONES: Readonly<Record<string, string>> = {
  succeed: 'good',
  delivered: 'good',
  passed: 'good',
  charged: 'good',
  failed: 'bad',
  lost: 'bad',
  refused: 'bad',
  processing: 'busy',
  accepted: 'busy',
  scheduled: 'busy',
  reserved: 'busy',
  open: 'busy',
}

/** A state, as a word with a colour. */
export function Badge({ state, tone = TONES[state] ?? 'plain' }: { state: string; tone?: string | undefined }) {
  return <span class={`badge ${tone}`}>{state}</span>
}

/** A status of HTTP. */
export function Status({ status }: { status: number | undefined | null }) {
  if (status === undefined || status === null) return <Badge state="no answer" tone="bad" />
  return <Badge state={String(status)} tone={status < 300 ? 'good' : status < 400 ? 'plain' : 'bad'} />
}
