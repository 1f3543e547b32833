import { LRUCache } from 'lru-cache'
import { bytesOf } from './random.ts'

/** Ids of the account behind a token, as task records show them. */
export interface MadeUpAccount {
  readonly applicationId: string
  readonly userId: string
  readonly credentialId: string
}

const accounts = new LRUCache<string, MadeUpAccount>({ max: 1000 })

/** Seeded faker. Loaded when first needed, and `locale/en` only: all of it costs 260 ms at start. */
async function fakerFor(...parts: readonly (string | number)[]) {
  const { faker } = await import('@faker-js/faker/locale/en')
  faker.seed(bytesOf('faker', ...parts).readUInt32BE(0))
  return faker
}

/** The account behind the namespace: the same for the same seed and namespace. */
export async function madeUpAccount(seed: number, namespace: string): Promise<MadeUpAccount> {
  const key = `${seed} ${namespace}`
  const known = accounts.get(key)
  if (known) return known
  const faker = await fakerFor('account', seed, namespace)
  const account = {
    applicationId: faker.string.uuid(),
    userId: faker.string.uuid(),
    credentialId: faker.string.uuid(),
  }
  accounts.set(key, account)
  return account
}

/** A prompt to look at. */
export async function madeUpPrompt(seed: number, index: number): Promise<string> {
  const faker = await fakerFor('prompt', seed, index)
  const subject = `${faker.word.adjective()} ${faker.color.human()} ${faker.commerce.product().toLowerCase()}`
  return `A ${subject} on a ${faker.commerce.productMaterial().toLowerCase()} table in ${faker.location.city()}, ${faker.word.adverb()} turning.`
}
