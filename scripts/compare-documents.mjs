// `npm run check:breaking`: fails if a document breaks clients of the one that was released last, unless that is
// announced in fixtures/released/announced.yaml. With --release the documents become the released ones, which
// `npm version` does.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse, stringify } from 'yaml'
import { breakingChanges } from './breaking-changes.mjs'

const [folder = join(import.meta.dirname, '..')] = process.argv.slice(2).filter(word => !word.startsWith('--'))
const root = resolve(folder)
const released = join(root, 'fixtures', 'released')
const announcedFile = join(released, 'announced.yaml')

/** One for each revision. The strict ones say the same of answers; what is refused is in the tests of the rules. */
const documentsIn = folder => readdirSync(folder).filter(name => /^kling-[\d-]+\.yaml$/.test(name))

const readYaml = file => parse(readFileSync(file, 'utf8'))

if (process.argv.includes('--release')) {
  mkdirSync(released, { recursive: true })
  for (const name of documentsIn(join(root, 'openapi'))) copyFileSync(join(root, 'openapi', name), join(released, name))
  writeFileSync(
    announcedFile,
    '# Breaking changes since the release. Each is announced with the reason, see CONTRIBUTING.md.\n[]\n',
  )
} else compare()

function compare() {
  const found = documentsIn(released).flatMap(name =>
    changesOf(name).map(change => ({ document: name.replace('.yaml', ''), change })),
  )
  const announced = existsSync(announcedFile) ? readYaml(announcedFile) : []
  const isSame = one => other => one.document === other.document && one.change === other.change
  const unannounced = found.filter(change => !announced.some(isSame(change)))
  const outdated = announced.filter(change => !found.some(isSame(change)) || !change.because)
  const problems = [
    ...(unannounced.length > 0
      ? [
          `Changes that break clients. If they are meant, add them to fixtures/released/announced.yaml:\n${asYaml(unannounced)}`,
        ]
      : []),
    ...(outdated.length > 0 ? [`Announced, but not so, or without a reason (because):\n${asYaml(outdated)}`] : []),
    ...(announced.length > 0 && !isInChangelog()
      ? ['CHANGELOG.md says nothing of what breaks: under "Pending" a line begins with "- Breaking: "']
      : []),
  ]
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  process.exitCode = problems.length > 0 ? 1 : 0
}

function changesOf(name) {
  const now = join(root, 'openapi', name)
  if (!existsSync(now)) return ['remove the revision']
  const before = join(released, name)
  if (readFileSync(before, 'utf8') === readFileSync(now, 'utf8')) return []
  return breakingChanges(readYaml(before), readYaml(now))
}

function asYaml(changes) {
  return stringify(
    changes.map(change => ({ because: '', ...change })),
    { lineWidth: 0 },
  )
}

function isInChangelog() {
  const [, pending = ''] =
    /^## Pending$(.*?)(?=^## |$(?![\s\S]))/ms.exec(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')) ?? []
  return /^- Breaking: /m.test(pending)
}
