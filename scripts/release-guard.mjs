// Refuses a release that isn't one: `node scripts/release-guard.mjs v1.2.3`. `npm version` asks it before it changes anything, the
// release workflow once the tag is there. With --notes it prints what CHANGELOG.md says of the version.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What there is to judge, of the repository at `root`. */
export function evidenceAt(root) {
  const json = name => JSON.parse(readFileSync(join(root, name), 'utf8'))
  const lock = json('package-lock.json')
  return {
    versions: {
      'package.json': json('package.json').version,
      'package-lock.json': lock.version,
      'package-lock.json, packages': lock.packages[''].version,
    },
    changelog: readFileSync(join(root, 'CHANGELOG.md'), 'utf8'),
    changed: execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }).trim(),
  }
}

/**
 * What speaks against releasing `version`, each in a sentence. `isTagged`: its commit has been made, so that the files must say the
 * version; before that, they must not yet.
 */
export function objections(version, { versions, changelog, changed }, { isTagged }) {
  const found = []
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    return [`${JSON.stringify(version)} is no version; it must be like 1.2.3, or v1.2.3 as a tag`]
  }
  if (isTagged) {
    for (const [file, seen] of Object.entries(versions)) {
      if (seen !== version) found.push(`${file} says ${seen}, not ${version}`)
    }
  }
  if (changed !== '') found.push(`not everything is committed:\n${changed}`)
  const notes = notesOf(version, changelog)
  if (notes === undefined) {
    found.push(`CHANGELOG.md has no heading "## ${version} (YYYY-MM-DD)"`)
  } else if (!/^- \S/m.test(notes)) found.push(`CHANGELOG.md says nothing under ${version}`)
  if (/^## \[?(?:Pending|Unreleased)\b/im.test(changelog)) {
    found.push('CHANGELOG.md still has a heading of what is pending: the version takes its place')
  }
  const [unfinished] = /\b(?:TODO|TBD|FIXME|XXX)\b/.exec(notes ?? '') ?? []
  if (unfinished !== undefined) found.push(`CHANGELOG.md says ${unfinished} under ${version}`)
  return found
}

/** What CHANGELOG.md says of a version, without the heading; `undefined` if it has none. */
export function notesOf(version, changelog) {
  const sections = changelog.split(/^## /m).slice(1)
  const named = sections.find(section => /^(\S+) \(\d{4}-\d\d-\d\d\)$/m.exec(section.split('\n')[0])?.[1] === version)
  return named?.split('\n').slice(1).join('\n').trim()
}

if (process.argv[1] === import.meta.filename) {
  // `npm version` says which version there will be.
  const coming = process.env.npm_lifecycle_event === 'preversion' ? process.env.npm_new_version : undefined
  const version = (coming ?? process.argv[2] ?? '').replace(/^v/, '')
  const evidence = evidenceAt(join(import.meta.dirname, '..'))
  const found = objections(version, evidence, { isTagged: coming === undefined })
  for (const objection of found) process.stderr.write(`✗ ${objection}\n`)
  if (found.length > 0) process.exitCode = 1
  else
    process.stdout.write(
      process.argv.includes('--notes') ? `${notesOf(version, evidence.changelog)}\n` : `${version} may go out\n`,
    )
}
