// Loaded into the process that is soaked: it collects its garbage when it is told to, so that what is measured then is in use.
const { setFlagsFromString } = require('node:v8')
const { runInNewContext } = require('node:vm')
const { isMainThread } = require('node:worker_threads')

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
if (isMainThread) process.on('SIGUSR2', () => collect())
// Signals come to the main thread only; the one that makes videos has a heap of its own.
else setInterval(collect, 3_000).unref()
