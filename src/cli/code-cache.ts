import Module, { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { Script } from 'node:vm'

/**
 * The path of what V8 made of a file when the package was built, for a V8 like this one. Most releases of a major Node have
 * the same; Node's own patches, the part after `-node`, don't count. The file begins with the name it was given then,
 * `/*<16 hexadecimal digits>`: V8 itself would notice no change that keeps its length.
 */
export function codeCacheOf(
  file: string,
  text: string,
  { versions, platform, arch }: Pick<NodeJS.Process, 'versions' | 'platform' | 'arch'>,
): string | undefined {
  const [, build] = /^\/\*([0-9a-f]{16})/.exec(text) ?? []
  if (build === undefined) return undefined
  return `${file}.${build}.v8-${versions.v8.split('-', 1)[0]}.${platform}-${arch}.bin`
}

/** A file as `require` would compile it, with what V8 made of it before if that is given. */
export function scriptOf(file: string, text: string, cachedData?: Buffer): Script {
  return new Script(Module.wrap(text), { filename: file, ...(cachedData && { cachedData }) })
}

/** Runs it as `require` would. */
export function runScript(script: Script, file: string): void {
  // What is loaded later refers to it.
  const module = new Module(file)
  const require = createRequire(file)
  require.cache[file] = module
  script.runInThisContext()(module.exports, require, module, file, dirname(file))
}
