// `npm run dev`: builds on every change and starts the simulator anew.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const [node, ...flags] = [process.execPath, ...process.argv.slice(2)]
const builder = join(root, 'node_modules', 'tsdown', 'dist', 'run.mjs')
// tsdown runs the command after each good build and ends the one before.
const command = [node, join('dist', 'main.js'), ...flags].map(part => JSON.stringify(part)).join(' ')
const watch = spawn(node, [builder, '--watch', 'src', '--no-clean', '--on-success', command], {
  cwd: root,
  stdio: 'inherit',
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => watch.kill(signal))
watch.on('exit', code => process.exit(code ?? 0))
