// What the steps of action.yml do: `node action.mjs start` and `node action.mjs report`. Inputs are INPUT_* in the environment, as
// action.yml names them; the rest is GitHub's: GITHUB_OUTPUT, GITHUB_ENV, GITHUB_STEP_SUMMARY, RUNNER_TEMP. Nothing is installed
// beside this file when it runs.
import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as rest } from 'node:timers/promises'

const TOKEN = 'mockling-action'
/** What a held request, callbacks under way and a Redis that is away may take of a stop, and a busy runner. */
const STOP_MS = 15_000

const place = join(process.env.RUNNER_TEMP ?? '.', 'mockling-action')
const [stateFile, reports] = [join(place, 'state.json'), join(place, 'reports')]
const command = join(place, 'node_modules/mockling/dist/cli.cjs')

/** What the step says and ends with. */
class Failure extends Error {
  constructor(message, code = 1) {
    super(message)
    this.code = code
  }
}

/** The files of a report, and what `mockling report` calls their forms. */
const FORMS = { 'junit.xml': 'junit', 'report.md': 'markdown', 'report.json': 'json' }

const ACTS = { start, report }
const mode = process.argv[2]
try {
  if (!Object.hasOwn(ACTS, mode)) refuse('mode', mode, Object.keys(ACTS).join(' or '))
  await ACTS[mode]()
} catch (error) {
  if (!(error instanceof Failure)) throw error
  process.stdout.write(`::error title=mockling::${escaped(error.message)}\n`)
  process.exitCode = error.code
}

async function start() {
  if (existsSync(stateFile)) throw new Failure('one is running already; a step with "mode: report" stops it')
  const port = whole('port', 0, 65_535)
  const patience = whole('timeout', 1, 3600)
  const isTold = flag('environment')
  const settings = input('settings').split(/\s+/).filter(Boolean)
  const quoted = settings.find(word => /["']/.test(word))
  if (quoted !== undefined) refuse('settings', quoted, 'words without quotes; others go into a mockling.config.yaml')
  rmSync(place, { recursive: true, force: true })
  mkdirSync(reports, { recursive: true })
  install()
  const { child, facts } = await serve(['--json', '--port', String(port), ...settings], patience)
  const { url, controlKey } = facts
  if (controlKey !== undefined) process.stdout.write(`::add-mask::${controlKey}\n`)
  const { version } = await (await fetch(`${url}/health`)).json()
  writeFileSync(stateFile, JSON.stringify({ pid: child.pid, url, controlKey }))
  tell('GITHUB_OUTPUT', { url, token: TOKEN, version, 'control-key': controlKey ?? '' })
  const key = controlKey === undefined ? [] : ['--key', controlKey]
  if (isTold) {
    tell('GITHUB_ENV', JSON.parse(mockling(['env', url, '--token', TOKEN, ...key, '--format', 'json']).stdout))
  }
  process.stdout.write(`mockling ${version} listens on ${url}\n`)
}

async function report() {
  if (!existsSync(stateFile)) throw new Failure('none is running; a step with "mode: start" comes first')
  const { pid, url, controlKey } = JSON.parse(readFileSync(stateFile, 'utf8'))
  const summary = join(reports, 'report.md')
  const told = mockling([
    ...['report', url, ...(controlKey === undefined ? [] : ['--key', controlKey])],
    ...Object.entries(FORMS).flatMap(([name, form]) => ['--report', `${form}=${join(reports, name)}`]),
    ...(input('max-credits') === '' ? [] : ['--max-credits', input('max-credits')]),
    ...(flag('fail-on-duplicates') ? ['--fail-on-duplicates'] : []),
  ])
  process.stdout.write(told.stdout)
  const isStopped = await stop(pid)
  rmSync(stateFile)
  tell('GITHUB_OUTPUT', { directory: reports })
  if (existsSync(summary)) appendFileSync(process.env.GITHUB_STEP_SUMMARY, readFileSync(summary))
  if (told.status !== 0) {
    const failures = told.stdout.split('\n').filter(line => /^✗ (?:over the budget|\d+ creates? w)/.test(line))
    throw new Failure([...failures, told.stderr.trim(), log()].filter(Boolean).join('\n'), told.status ?? 1)
  }
  if (!isStopped) throw new Failure(`it has not ended ${STOP_MS / 1000} s after it was asked to\n${log()}`)
}

/** Puts the version wanted beside the state: that of npm, or a tarball of one's own. */
function install() {
  const wanted = input('version')
  const own = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')).version
  // On Windows it goes through a shell; and what npm takes for an address or a folder is none of these.
  if (!/^[\w.+-]*$/.test(wanted) && (!wanted.endsWith('.tgz') || /["%\n]/.test(wanted)))
    refuse('version', wanted, 'a version of npm, a tag, or the path of a tarball (.tgz)')
  const what = wanted.endsWith('.tgz') ? resolve(wanted) : `mockling@${wanted || own}`
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name: 'action', private: true }))
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  // npm is a script that only a shell can start on Windows, and a shell parts a path at its spaces.
  const shell = process.platform === 'win32'
  const { status, stderr } = spawnSync('npm', [...args, shell ? `"${what}"` : what], {
    cwd: place,
    encoding: 'utf8',
    shell,
  })
  if (status !== 0) throw new Failure(`npm can't install ${what}\n${stderr}`)
}

/** Starts it so that it outlasts this step. Its output goes to files: nobody is there to read from a pipe. */
async function serve(args, seconds) {
  const said = join(place, 'start.json')
  const stdio = ['ignore', openSync(said, 'w'), openSync(join(reports, 'mockling.log'), 'w')]
  const child = spawn(process.execPath, [command, 'serve', ...args], { stdio, detached: true })
  let ended
  child.once('exit', code => {
    ended = `it ended with exit code ${code}`
  })
  const deadline = performance.now() + seconds * 1000
  while (!readFileSync(said, 'utf8').includes('\n')) {
    if (performance.now() > deadline) {
      child.kill('SIGKILL')
      ended ??= `it does not answer within ${seconds} s`
    }
    if (ended !== undefined) throw new Failure(`${ended}\n${log()}`)
    await rest(20)
  }
  child.unref()
  const words = readFileSync(said, 'utf8')
  if (!words.startsWith('{')) refuse('settings', args.join(' '), `flags with which it listens, but it says:\n${words}`)
  return { child, facts: JSON.parse(words) }
}

/** Whether it ends when asked to. */
async function stop(pid) {
  if (isAlive(pid)) process.kill(pid, 'SIGTERM')
  const deadline = performance.now() + STOP_MS
  while (isAlive(pid)) {
    if (performance.now() > deadline) {
      process.kill(pid, 'SIGKILL')
      return false
    }
    await rest(20)
  }
  return true
}

/** In a job that runs in a container, nobody may be there to take note of a process that has ended: it stays, as a zombie. */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch (error) {
    if (error.code === 'ESRCH' || error.code === 'ENOENT') return false
    throw error
  }
}

function mockling(args) {
  return spawnSync(process.execPath, [command, ...args], { encoding: 'utf8', maxBuffer: 1e8 })
}

/** The end of what the server said. */
function log() {
  const file = join(reports, 'mockling.log')
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(-20).join('\n') : ''
}

/** Adds values to one of the files by which steps speak to each other. */
function tell(file, values) {
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`)
  appendFileSync(process.env[file], lines.join(''))
}

function input(name) {
  return (process.env[`INPUT_${name.toUpperCase().replaceAll('-', '_')}`] ?? '').trim()
}

function flag(name) {
  const value = input(name)
  if (!['true', 'false'].includes(value)) refuse(name, value, 'true or false')
  return value === 'true'
}

function whole(name, least, most) {
  const value = input(name)
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN
  if (!(number >= least && number <= most)) refuse(name, value, `a whole number from ${least} to ${most}`)
  return number
}

function refuse(name, value, allowed) {
  throw new Failure(`${name}: ${JSON.stringify(value ?? '')} is not allowed; it must be ${allowed}`, 2)
}

/** As GitHub reads the text of a message. */
function escaped(text) {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
