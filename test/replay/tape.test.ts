import { expect, it } from 'vitest'
import { Tape, type TapedCommand } from '../../src/replay/tape.ts'

/** A command to all of so many namespaces. */
function toAll(namespaces: number, n = 0): TapedCommand {
  const names = Array.from({ length: namespaces }, (_, index) => [`n${index}`, 1000 + n] as const)
  return { method: 'PATCH', url: '/v1/settings', body: { pace: n }, after: n, clocks: Object.fromEntries(names) }
}

const instantsIn = (tape: Tape) => tape.commands.reduce((sum, { clocks }) => sum + Object.keys(clocks).length, 0)

const CUT = 'what clocks showed is kept of the last commands only'

it('keeps no more instants than there is room for, however many namespaces commands are for, and says so', () => {
  const tape = new Tape(0, 200)
  for (let n = 0; n < 100; n++) tape.add(toAll(2, n))
  expect(tape.gaps).toEqual([])
  for (let n = 100; n < 1000; n++) {
    tape.add(toAll(2, n))
    expect(tape.commands.at(-1)).toEqual(toAll(2, n))
  }
  expect(tape.commands.map(({ after }) => after)).toEqual(Array.from({ length: 1000 }, (_, n) => n))
  expect(instantsIn(tape)).toBeLessThanOrEqual(200)
  expect(instantsIn(tape)).toBeGreaterThan(90)
  expect(tape.gaps).toEqual([CUT])
})

it('keeps what clocks showed for the newest command, whatever it takes', () => {
  const tape = new Tape(0, 200)
  tape.add(toAll(5))
  tape.add(toAll(201, 1))
  expect(tape.commands).toEqual([{ ...toAll(5), clocks: {} }, toAll(201, 1)])
})

it('takes back a command that goes without its instants by now', () => {
  const tape = new Tape(0, 200)
  const takeBack = tape.add(toAll(5))
  tape.add(toAll(200, 1))
  expect(tape.commands).toHaveLength(2)
  takeBack()
  expect(tape.commands).toEqual([toAll(200, 1)])
})

it('has room again for what was taken back, and for namespaces that began anew', () => {
  const tape = new Tape(0, 200)
  for (let n = 0; n < 100; n++) tape.add(toAll(200, n))()
  tape.add(toAll(200))
  tape.forget('n7')
  tape.add({ ...toAll(1, 1), clocks: { n7: 1 } })
  expect(tape.gaps).toEqual([])
  expect(instantsIn(tape)).toBe(200)
})

it('keeps the last 10,000 commands', () => {
  const tape = new Tape(0)
  for (let n = 0; n < 10_050; n++) tape.add(toAll(1, n))
  expect(tape.commands).toHaveLength(10_000)
  expect(tape.commands[0]?.after).toBe(50)
  expect(tape.gaps).toEqual(['only the last 10000 commands were kept'])
})
