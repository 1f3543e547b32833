import { existsSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { ConfigError, type Layer } from '../config.ts'

const USUAL_NAMES = ['mockling.config.json', 'mockling.config.yaml', 'mockling.config.yml']

/**
 * Settings from the file named, or else from the usual one here, or none.
 * @throws ConfigError if a named file is missing or any is no JSON or YAML object.
 */
export async function readConfigFile(named: string | undefined): Promise<Layer> {
  const file = named ?? USUAL_NAMES.find(name => existsSync(name))
  const nameOf = (setting: string) => `${setting} in ${file}`
  if (file === undefined) return { settings: {}, nameOf }
  let settings: unknown
  try {
    const text = readFileSync(file, 'utf8')
    settings = extname(file) === '.json' ? JSON.parse(text) : (await import('yaml')).parse(text)
  } catch (cause) {
    throw new ConfigError(`--config: ${file} can't be read: ${(cause as Error).message}`, { cause })
  }
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw new ConfigError(`--config: ${file} must hold an object of settings`)
  }
  return { settings: settings as Record<string, unknown>, nameOf }
}
