import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { GeneratedClient } from './generated-client.ts'
import { DOCUMENT, run, sources, workbench } from './workshop.ts'

const PLUGIN = /openapi-generator-maven-plugin<\/artifactId>\s*<version>([^<]+)/

/** The version of openapi-generator that the pom.xml of a language names. */
export function openapiGenerator(language: string): string {
  const [, version = ''] = PLUGIN.exec(readFileSync(join(sources(language), 'pom.xml'), 'utf8')) ?? []
  return version
}

/** Generates through Maven, which keeps what it fetched in a cache of its own. */
export async function maven(phase: string, cwd: string): Promise<void> {
  await run(['mvn', '--batch-mode', '--quiet', `-Ddocument=${DOCUMENT}`, phase], { cwd })
}

export const java: readonly GeneratedClient[] = [
  {
    generator: 'openapi-generator: java, okhttp-gson',
    version: openapiGenerator('java'),
    language: 'Java',
    revision: '2026-05',
    compiledWith: 'javac --release 17: the driver with -Xlint:all -Werror',
    needs: [
      ['mvn', '--version'],
      ['javac', '--version'],
    ],
    async build() {
      const cwd = workbench('java')
      await maven('compile', cwd)
      const classes = ['target/classes', 'target/dependency/*'].join(delimiter)
      const strict = ['-Xlint:all', '-Werror', '-proc:none', '--release', '17'] as const
      await run(['javac', ...strict, '-classpath', classes, '-d', 'target/driver', 'Driver.java'], { cwd })
      return { command: ['java', '-classpath', `target/driver${delimiter}${classes}`, 'Driver'], cwd }
    },
  },
]
