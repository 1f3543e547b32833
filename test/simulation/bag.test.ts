import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Bag, type Bagged } from '../../src/simulation/bag.ts'

interface Member extends Bagged {
  readonly name: number
}

describe('a bag', () => {
  it('has what a set would have, whatever comes and goes', () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 8 })), { maxLength: 60 })
    fc.assert(
      fc.property(steps, all => {
        const members: Member[] = Array.from({ length: 9 }, (_, name) => ({ name, seat: -1 }))
        const [bag, set] = [new Bag<Member>(), new Set<Member>()]
        for (const [comes, name] of all) {
          const member = members[name] as Member
          if (comes && !set.has(member)) {
            bag.add(member)
            set.add(member)
          } else if (!comes) {
            bag.delete(member)
            set.delete(member)
          }
          expect(bag.size).toBe(set.size)
          expect(new Set(bag.members)).toEqual(set)
        }
      }),
    )
  })

  it('takes out nothing that is not there', () => {
    const bag = new Bag()
    bag.add({ seat: 0 })
    bag.delete({ seat: 0 })
    expect(bag.size).toBe(1)
  })
})
