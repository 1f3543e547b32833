// Builds the image without a Docker engine: a base made of Debian's packages and npm's Node stands in for the official one, and
// buildah goes through the Dockerfile in it, step by step. As root, on Linux, with debootstrap and buildah:
// `node scripts/image.mjs` prints where the root directory of the image is, and what the image is configured to do.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { nodeOf } from './nodes.mjs'

const context = join(import.meta.dirname, '..')
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'

/** The Node of the base, and Debian's release, as in the Dockerfile's NODE_IMAGE. */
const [MAJOR, RELEASE] = ['22', 'bookworm']

/** @returns the root directory of the image, its configuration, and `remove` for when it is no longer needed. */
export function buildImage({ log = 'inherit' } = {}) {
  const place = mkdtempSync(join(tmpdir(), 'mockling-image-'))
  const run = (command, args) =>
    execFileSync(command, args, { cwd: context, encoding: 'utf8', stdio: ['ignore', 'pipe', log] }).trim()
  const buildah = (command, ...args) =>
    run('buildah', ['--root', join(place, 'storage'), '--runroot', join(place, 'run'), command, ...args])
  const remove = () => {
    buildah('umount', '--all')
    buildah('rm', '--all')
    rmSync(place, { recursive: true, force: true })
  }
  try {
    const base = buildah('from', 'scratch')
    makeBase(buildah('mount', base), run)
    buildah('umount', base)
    for (const setting of environment()) buildah('config', '--env', setting, base)
    buildah('commit', '--quiet', '--rm', base, 'localhost/node')
    // npm opens more files at once than buildah's own limit.
    const files = run('sh', ['-c', 'ulimit -Hn'])
    buildah(
      'build',
      ...['--isolation', 'chroot', '--network', 'host', '--ulimit', `nofile=${files}:${files}`, '--format', 'docker'],
      ...['--pull-never', '--build-arg', 'NODE_IMAGE=localhost/node', '--tag', 'localhost/mockling', '.'],
    )
    const { Docker } = JSON.parse(buildah('inspect', '--type', 'image', 'localhost/mockling'))
    const root = buildah('mount', buildah('from', '--pull-never', 'localhost/mockling'))
    return { root, config: Docker.config, remove }
  } catch (error) {
    remove()
    throw error
  }
}

/** What the official image has: Debian, Node, npm and a user `node` with the number 1000. */
function makeBase(root, run) {
  run('debootstrap', ['--variant=minbase', RELEASE, root, 'http://deb.debian.org/debian'])
  const tools = mkdtempSync(join(tmpdir(), 'mockling-node-'))
  try {
    cpSync(nodeOf(MAJOR, tools), join(root, 'usr/local/bin/node'))
  } finally {
    rmSync(tools, { recursive: true, force: true })
  }
  const npm = dirname(dirname(realpathSync(run('sh', ['-c', 'command -v npm']))))
  cpSync(npm, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true })
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'))
  run('chroot', [root, 'useradd', '--create-home', '--uid', '1000', 'node'])
  // Where the registry is reached through a proxy, its certificate is this machine's.
  if (!existsSync(CERTIFICATES)) return
  mkdirSync(dirname(join(root, CERTIFICATES)), { recursive: true })
  cpSync(CERTIFICATES, join(root, CERTIFICATES), { dereference: true })
}

function environment() {
  const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  return existsSync(CERTIFICATES) ? [path, `NODE_EXTRA_CA_CERTS=${CERTIFICATES}`] : [path]
}

if (process.argv[1] === import.meta.filename) {
  const { root, config } = buildImage()
  process.stdout.write(`${JSON.stringify({ root, config }, undefined, 2)}\n`)
}
