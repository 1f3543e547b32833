// `npm run check:openapi`: holds every committed document against the default rules of Redocly and Spectral. Whatever
// they say of one, were it a hint, fails.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { createConfig, lint } from '@redocly/openapi-core'
import spectralCore from '@stoplight/spectral-core'
import spectralParsers from '@stoplight/spectral-parsers'
import spectralRulesets from '@stoplight/spectral-rulesets'

const root = join(import.meta.dirname, '..')
const files = readdirSync(join(root, 'openapi'))
  .filter(name => name.endsWith('.yaml'))
  .map(name => join(root, 'openapi', name))

// Fields that a schema does not name are ignored by the API, and the `then` of a condition never names all of them.
const examples = { severity: 'error', allowAdditionalProperties: true }
const redocly = await createConfig({ extends: ['recommended'], rules: { 'no-invalid-media-type-examples': examples } })
const spectral = new spectralCore.Spectral()
spectral.setRuleset({ extends: [[spectralRulesets.oas, 'recommended']] })

async function redoclySays(file) {
  const problems = await lint({ ref: file, config: redocly })
  return problems.map(({ ruleId, message, location }) => `redocly ${ruleId} at ${location[0]?.pointer}: ${message}`)
}

async function spectralSays(file) {
  const results = await spectral.run(new spectralCore.Document(readFileSync(file, 'utf8'), spectralParsers.Yaml, file))
  return results.map(({ code, path, message }) => `spectral ${code} at #/${path.join('/')}: ${message}`)
}

let count = 0
for (const file of files) {
  const problems = [...(await redoclySays(file)), ...(await spectralSays(file))]
  for (const problem of problems) process.stderr.write(`${relative(root, file)}: ${problem}\n`)
  count += problems.length
}
process.stdout.write(`${files.length} documents, ${count} problems\n`)
process.exitCode = count > 0 ? 1 : 0
