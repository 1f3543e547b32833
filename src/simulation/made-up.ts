import type { Faker } from '@faker-js/faker'
import { LRUCache } from 'lru-cache'
import { bytesOf } from './random.ts'

/** Ids of the account behind a token, as task records show them. */
export interface MadeUpAccount {
  readonly applicationId: string
  readonly userId: string
  readonly credentialId: string
}

const accounts = new LRUCache<string, MadeUpAccount>({ max: 1000 })

/**
 * Has something made by a seeded faker, in one go: faker is one for all, and would go on where somebody else left it.
 * Loaded when first needed, and `locale/en` only: all of it costs 260 ms at start.
 */
async function made<T>(parts: readonly (string | number)[], make: (faker: Faker) => T): Promise<T> {
  const { faker } = await import('@faker-js/faker/locale/en')
  faker.seed(bytesOf('faker', ...parts).readUInt32BE(0))
  return make(faker)
}

/** The account behind the namespace: the same for the same seed and namespace. */
export function madeUpAccount(seed: number, namespace: string): MadeUpAccount | Promise<MadeUpAccount> {
  const key = `${seed} ${namespace}`
  return accounts.get(key) ?? makeAccount(key, seed, namespace)
}

async function makeAccount(key: string, seed: number, namespace: string): Promise<MadeUpAccount> {
  const account = await made(['account', seed, namespace], faker => ({
    applicationId: faker.string.uuid(),
    userId: faker.string.uuid(),
    credentialId: faker.string.uuid(),
  }))
  accounts.set(key, account)
  return account
}

/** A prompt to look at. */
export function madeUpPrompt(seed: number, index: number): Promise<string> {
  return made(['prompt', seed, index], faker => {
    const subject = `${faker.word.adjective()} ${faker.color.human()} ${faker.commerce.product().toLowerCase()}`
    return `A ${subject} on a ${faker.commerce.productMaterial().toLowerCase()} table in ${faker.location.city()}, ${faker.word.adverb()} turning.`
  })
}
