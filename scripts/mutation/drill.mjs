// Mutation testing: changes the sources one small thing at a time, and asks the tests whether they notice.
//
// `npm run drill:mutation` takes all groups of groups.mjs one after another, `npm run drill:mutation -- rules tasks` those
// two. Scores go to docs/explanation/mutation.json and docs/explanation/mutation.md as they come; reports/mutation has the survivors.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Stryker } from '@stryker-mutator/core'
import { GROUPS } from './groups.mjs'
import { begin, save } from './tally.mjs'

function optionsFor(name, { mutate }) {
  return {
    testRunner: 'vitest',
    plugins: [
      '@stryker-mutator/vitest-runner',
      ...['prose', 'tally'].map(file => join(import.meta.dirname, `${file}.mjs`)),
    ],
    ignorers: ['prose'],
    vitest: { configFile: 'scripts/mutation/vitest.config.ts', related: false },
    mutate,
    ignorePatterns: ['bench', 'dist', 'docs', 'examples', 'reports', 'test/clients'],
    coverageAnalysis: 'perTest',
    concurrency: 1,
    timeoutMS: 6_000,
    incremental: true,
    incrementalFile: `reports/mutation/${name}.incremental.json`,
    reporters: ['tally', 'html', 'progress-append-only'],
    htmlReporter: { fileName: `reports/mutation/${name}.html` },
    warnings: { slow: false },
  }
}

/**
 * Forgets the survivors of what is evaluated when a module loads. No one test covers them, so Stryker would keep them for
 * ever, whatever tests there are by now.
 */
function forgetStaticSurvivors({ incrementalFile }) {
  if (!existsSync(incrementalFile)) return
  const report = JSON.parse(readFileSync(incrementalFile, 'utf8'))
  for (const file of Object.values(report.files)) {
    file.mutants = file.mutants.filter(mutant => !(mutant.static && mutant.status === 'Survived'))
  }
  writeFileSync(incrementalFile, JSON.stringify(report))
}

const names = process.argv.slice(2)
const unknown = names.filter(name => !(name in GROUPS))
if (unknown.length > 0) {
  process.stderr.write(`unknown: ${unknown.join(', ')}; there are ${Object.keys(GROUPS).join(', ')}\n`)
  process.exit(2)
}

process.chdir(join(import.meta.dirname, '..', '..'))
mkdirSync('reports/mutation', { recursive: true })
process.env.MOCKLING_RANDOM_BODIES = '300'
for (const name of names.length > 0 ? names : Object.keys(GROUPS)) {
  process.env.MOCKLING_MUTATION_TESTS = GROUPS[name].tests.join(',')
  process.env.MOCKLING_MUTATION_PATIENCE = String(GROUPS[name].patience)
  const options = optionsFor(name, GROUPS[name])
  forgetStaticSurvivors(options)
  begin(name)
  await new Stryker(options).runMutationTest()
  save()
}
