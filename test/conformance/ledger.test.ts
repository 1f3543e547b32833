import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Production } from '../../src/conformance/case.ts'
import { casesOf } from '../../src/conformance/cases.ts'
import { openLedger } from '../../src/conformance/ledger.ts'
import { planned } from '../../src/conformance/plan.ts'
import { prepare } from '../../src/conformance/suite.ts'
import { createSimulator } from '../../src/simulator.ts'
import { startStandIn } from './stand-in.ts'

const ABOUT = 'https://api.example.com 2026-05'
const VIDEO: Production = { id: 'a video', path: '/kling/videos', via: 'answer', body: {}, credits: 1 }

let file: string

beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'mockling-ledger-')), 'ledger.jsonl')
})

describe('the ledger of paid videos', () => {
  it('lets only one of two runs begin a create, whichever comes first', async () => {
    const [one, other] = [openLedger(file, ABOUT), openLedger(file, ABOUT)]
    await one.begin(VIDEO)
    await expect(other.begin(VIDEO)).rejects.toThrow('another run is sending a video')
    await expect(openLedger(file, ABOUT).begin(VIDEO)).rejects.toThrow('was cut off')
  })

  it('lets another run begin what was refused', async () => {
    const [one, other] = [openLedger(file, ABOUT), openLedger(file, ABOUT)]
    await one.begin(VIDEO)
    await one.forget(VIDEO)
    await other.begin(VIDEO)
    await expect(one.begin(VIDEO)).rejects.toThrow('another run is sending a video')
  })

  it('begins nothing that it can not write down', async () => {
    const ledger = openLedger(join(file, 'nowhere'), ABOUT)
    await expect(ledger.begin(VIDEO)).rejects.toThrow('ENOENT')
  })

  it('takes a line that was cut for one that was never there', async () => {
    const line = JSON.stringify({ for: ABOUT, begun: VIDEO.id })
    writeFileSync(file, `${line}\n{"for":"${ABOUT}","refu`)
    await expect(openLedger(file, ABOUT).begin(VIDEO)).rejects.toThrow('was cut off')
  })

  it.each(['null', '5', '{}', '{"for"', '[]'])('does not take %s for a line of its own', line => {
    writeFileSync(file, `${line}\n`)
    expect(() => openLedger(file, ABOUT)).toThrow('line 1: it is no ledger of mockling verify')
  })
})

it('plans no create by a budget that is no number', () => {
  const terms = {
    isSimulated: false,
    allowSpend: true,
    maxCredits: Number.NaN,
    has: new Set<never>(),
    isCovering: false,
  }
  const sent = planned(casesOf('2026-05', {}), terms).filter(({ skipped }) => skipped === undefined)
  expect(new Set(sent.map(({ case: one }) => one.priceClass))).toEqual(new Set(['free']))
})

describe('a run that may spend', () => {
  it('is refused where nothing would remember what was paid for', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    await using real = await startStandIn(simulator.url)
    const spending = { target: real.url, token: 'x', allowSpend: true, maxCredits: 5 }
    await expect(prepare(spending)).rejects.toThrow('ledgerFile is missing')
    expect(real.asked).toEqual(['GET /_mockling/health'])
    await expect(prepare({ ...spending, ledgerFile: file })).resolves.toBeDefined()
  })
})
