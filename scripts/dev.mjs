// `npm run dev`: builds on every change and starts the simulator anew; the inspector is served as it is written, by a server
// of its own that passes on to the simulator whatever the page asks for, and reloads it in browsers.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const [node, ...flags] = [process.execPath, ...process.argv.slice(2)]
const bins = join(root, 'node_modules')
// tsdown runs the command after each good build and ends the one before.
const command = [node, join('dist', 'main.js'), ...flags].map(part => JSON.stringify(part)).join(' ')
const watching = ['--watch', 'src', '--ignore-watch', 'src/inspector', '--no-clean', '--on-success', command]
const given = flags.indexOf('--port')
const port = (given < 0 ? process.env.MOCKLING_PORT : flags[given + 1]) ?? 4180
const env = { ...process.env, MOCKLING_DEV_URL: `http://127.0.0.1:${port}` }
const started = [
  spawn(node, [join(bins, 'tsdown', 'dist', 'run.mjs'), ...watching], { cwd: root, stdio: 'inherit' }),
  spawn(node, [join(bins, 'vite', 'bin', 'vite.js')], { cwd: root, env, stdio: 'inherit' }),
]
const stop = () => {
  for (const child of started) child.kill()
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop)
for (const child of started) {
  child.on('exit', code => {
    process.exitCode ||= code ?? 0
    stop()
  })
}
