import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { GeneratedClient } from './generated-client.ts'
import { cached, DOCUMENT, installed, OCTOBERS_DOCUMENT, run, sources, workbench } from './workshop.ts'

const REQUIREMENTS = join(sources('python'), 'requirements.txt')

function versionOf(requirement: string): string {
  const [, version = ''] = new RegExp(`^${requirement}==(.*)$`, 'm').exec(readFileSync(REQUIREMENTS, 'utf8')) ?? []
  return version
}

/** Resolves to the folder of the environment's programs. */
async function environment(): Promise<string> {
  const folder = await installed(cached('python', REQUIREMENTS), async folder => {
    await run(['python3', '-m', 'venv', folder], { cwd: folder })
    const pip = [join(folder, 'bin/python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'] as const
    await run([...pip, '--no-deps', '--requirement', REQUIREMENTS], { cwd: folder })
  })
  return join(folder, 'bin')
}

function client(revision: GeneratedClient['revision'], document: string, driver: string): GeneratedClient {
  return {
    generator: 'openapi-python-client',
    version: versionOf('openapi-python-client'),
    language: 'Python',
    revision,
    compiledWith: `mypy ${versionOf('mypy')}: --strict`,
    needs: [['python3', '-c', 'import sys, venv, ensurepip; assert sys.version_info >= (3, 11)']],
    async build() {
      const cwd = workbench('python', `python-${revision}`)
      const bin = await environment()
      const interpreter = join(bin, 'python')
      // It formats what it generated with the ruff that it finds in PATH.
      const env = { PATH: `${bin}${delimiter}${process.env['PATH']}` }
      const files = ['--path', document, '--config', 'config.yaml', '--output-path', 'generated', '--meta', 'setup']
      await run([interpreter, '-m', 'openapi_python_client', 'generate', ...files, '--fail-on-warning'], { cwd, env })
      const checked = [driver, 'generated/kling_client']
      await run([interpreter, '-m', 'mypy', '--strict', ...checked], { cwd, env: { MYPYPATH: 'generated' } })
      return { command: ['env', 'PYTHONPATH=generated', interpreter, driver], cwd }
    },
  }
}

export const python: readonly GeneratedClient[] = [
  client('2026-05', DOCUMENT, 'driver.py'),
  client('2026-10', OCTOBERS_DOCUMENT, 'driver_2026_10.py'),
]
