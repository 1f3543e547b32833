import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const NOTES = '# Changelog\n\n## 1.2.3 (2026-12-01)\n\n- It does more.\n\n## 1.2.2 (2026-11-01)\n\n- It did.\n'

let root: string
const git = (...args: readonly string[]) =>
  execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.test', ...args], { cwd: root })

/** A repository that may be released as 1.2.3, but for what is changed in it. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mockling-release-'))
  mkdirSync(join(root, 'scripts'))
  cpSync(join(ROOT, 'scripts/release-guard.mjs'), join(root, 'scripts/release-guard.mjs'))
  write('1.2.3')
  git('init', '--quiet')
  git('add', '.')
  git('commit', '--quiet', '--message', 'all')
})

function write(version: string, changelog = NOTES): void {
  const scripts = { preversion: 'node scripts/release-guard.mjs' }
  const lock = { name: 'thing', version, lockfileVersion: 3, packages: { '': { name: 'thing', version } } }
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'thing', version, scripts }, null, 2))
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lock, null, 2))
  writeFileSync(join(root, 'CHANGELOG.md'), changelog)
}

function commit(version: string, changelog?: string): void {
  write(version, changelog)
  git('commit', '--quiet', '--allow-empty', '--all', '--message', 'change')
}

const guard = (...args: readonly string[]) =>
  spawnSync(process.execPath, [join(root, 'scripts/release-guard.mjs'), ...args], { encoding: 'utf8' })

describe('the release guard', () => {
  it('lets a release go out', () => {
    expect(guard('v1.2.3')).toMatchObject({ status: 0, stdout: '1.2.3 may go out\n' })
  })

  it('prints the notes of the version alone', () => {
    expect(guard('v1.2.3', '--notes').stdout).toBe('- It does more.\n')
  })

  it.each([
    ['a tag of another version', 'v1.2.4', NOTES, 'package.json says 1.2.3, not 1.2.4'],
    ['what is no version', 'latest', NOTES, '"latest" is no version; it must be like 1.2.3'],
    ['no tag at all', '', NOTES, '"" is no version'],
    ['no notes', 'v1.2.3', '# Changelog\n', 'CHANGELOG.md has no heading "## 1.2.3 (YYYY-MM-DD)"'],
    ['a heading without a date', 'v1.2.3', NOTES.replace(' (2026-12-01)', ''), 'CHANGELOG.md has no heading'],
    [
      'notes that say nothing',
      'v1.2.3',
      NOTES.replace('- It does more.\n', ''),
      'CHANGELOG.md says nothing under 1.2.3',
    ],
    [
      'notes that still are pending',
      'v1.2.3',
      `${NOTES}\n## Pending\n\n- More.\n`,
      'still has a heading of what is pending',
    ],
    [
      'the same in other words',
      'v1.2.3',
      NOTES.replace('# Changelog\n', '# Changelog\n\n## [Unreleased]\n'),
      'is pending',
    ],
    [
      'notes that are not written',
      'v1.2.3',
      NOTES.replace('It does more', 'TODO'),
      'CHANGELOG.md says TODO under 1.2.3',
    ],
  ])('refuses %s', (_, tag, changelog, words) => {
    commit('1.2.3', changelog)
    const { status, stderr } = guard(tag)
    expect(stderr).toContain(words)
    expect(status).toBe(1)
  })

  it('refuses a lockfile of another version', () => {
    const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
    writeFileSync(join(root, 'package-lock.json'), lock.replace('1.2.3', '1.2.2'))
    git('commit', '--quiet', '--all', '--message', 'change')
    expect(guard('v1.2.3').stderr).toContain('package-lock.json says 1.2.2, not 1.2.3')
  })

  it('refuses what is not committed, and names it', () => {
    writeFileSync(join(root, 'more.js'), '')
    expect(guard('v1.2.3').stderr).toContain('not everything is committed:\n?? more.js')
  })

  it('is asked by npm version before it changes anything', () => {
    commit('1.2.2', NOTES.replace('## 1.2.3 (2026-12-01)', '## Pending'))
    const version = () =>
      spawnSync('npm', ['version', 'patch', '--no-git-tag-version'], { cwd: root, encoding: 'utf8' })
    const refused = version()
    expect(refused.stderr).toContain('CHANGELOG.md has no heading "## 1.2.3 (YYYY-MM-DD)"')
    expect(refused.status).not.toBe(0)
    expect(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version).toBe('1.2.2')
    commit('1.2.2', NOTES)
    expect(version().stdout).toContain('v1.2.3')
  })

  it('is what the project’s own npm version asks, and its release workflow', () => {
    expect(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts.preversion).toBe(
      'node scripts/release-guard.mjs',
    )
    expect(readFileSync(join(ROOT, '.github/workflows/release.yml'), 'utf8')).toContain(
      'scripts/release-guard.mjs "$GITHUB_REF_NAME"',
    )
  })
})

describe('the version', () => {
  it('stands in package.json alone', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const files = ['*.md', 'docs', 'src', 'action.yml', 'Dockerfile', 'examples', '.github']
    const found = spawnSync(
      'git',
      [
        'grep',
        '--line-number',
        '--fixed-strings',
        '-e',
        `mockling@${version}`,
        '-e',
        `mockling:${version}`,
        '--',
        ...files,
      ],
      { cwd: ROOT, encoding: 'utf8' },
    )
    expect(found.stdout).toBe('')
  })
})
