// 100,000 strange connections and bodies instead of the tests' 2,000, half as many strange things in a Redis and a twentieth as many
// damaged state files, by another seed each time: `npm run drill:fuzz -- 20000 7`.
import { spawnSync } from 'node:child_process'

const [, , inputs = '100000', seed = String(Math.floor(Math.random() * 2 ** 31))] = process.argv
console.log(`${inputs} inputs, seed ${seed}`)
const files = ['compliance', 'replicas', 'state'].map(room => `test/${room}/fuzz.test.ts`)
const { status } = spawnSync('npx', ['vitest', 'run', ...files], {
  stdio: 'inherit',
  env: { ...process.env, MOCKLING_FUZZ: inputs, MOCKLING_FUZZ_SEED: seed },
})
process.exitCode = status ?? 1
