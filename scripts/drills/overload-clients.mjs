// Clients that behave badly, in a process of their own. Reads one command a line, answers each with a line of JSON.
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

const { hostname, port } = new URL(process.argv[2])
const open = new Set()
const seen = { refused: {}, closed: 0, failed: 0 }

/** A connection; `speak` is called when it is there. What it is answered with is counted by status. */
function dial(speak, { isDeaf = false } = {}) {
  return new Promise(resolve => {
    const socket = connect({ host: hostname, port: Number(port) })
    open.add(socket)
    socket.once('connect', () => {
      speak?.(socket)
      resolve(socket)
    })
    let isFirst = true
    const listen = chunk => {
      const status = isFirst && /^HTTP\/1\.1 (\d+)/.exec(chunk.toString('latin1', 0, 20))?.[1]
      isFirst = false
      if (status) seen.refused[status] = (seen.refused[status] ?? 0) + 1
      if (isDeaf) socket.pause()
    }
    socket.on('data', listen)
    socket.on('error', () => {
      seen.failed++
      resolve(socket)
    })
    socket.on('close', () => {
      if (open.delete(socket)) seen.closed++
    })
  })
}

async function inBatches(count, size, one) {
  for (let from = 0; from < count; from += size) {
    await Promise.all(Array.from({ length: Math.min(size, count - from) }, (_, index) => one(from + index)))
  }
}

const POST =
  'POST /kling/videos HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer drill\r\ncontent-type: application/json\r\n'
const timers = []

const attacks = {
  connections: ({ count }) => inBatches(count, 200, () => dial()),
  slowloris: async ({ count }) => {
    const slow = []
    await inBatches(count, 200, async index => {
      // Half of them dawdle with the head, half with the body.
      slow.push(
        await dial(socket =>
          socket.write(
            index % 2 ? 'POST /kling/videos HTTP/1.1\r\nx-slow: ' : `${POST}content-length: 100000\r\n\r\n{`,
          ),
        ),
      )
    })
    timers.push(
      setInterval(() => {
        for (const socket of slow) if (socket.writable) socket.write('a')
      }, 1000),
    )
  },
  held: ({ count }) => {
    const body = '{"action":"text2video","model":"kling-v1","prompt":"a white mug"}'
    return inBatches(count, 200, () =>
      dial(socket => socket.write(`${POST}content-length: ${body.length}\r\n\r\n${body}`)),
    )
  },
  readers: ({ count }) =>
    inBatches(count, 100, () =>
      dial(socket => socket.write('GET /_mockling/v1/journal/stream HTTP/1.1\r\nhost: localhost\r\n\r\n'), {
        isDeaf: true,
      }),
    ),
  bodies: ({ count, megabytes }) => {
    const piece = Buffer.alloc(1_000_000, 'x')
    const chunk = Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')])
    return inBatches(count, 16, async index => {
      const isChunked = index % 2 === 1
      const head = isChunked ? 'transfer-encoding: chunked' : `content-length: ${megabytes * 1_000_000}`
      const socket = await dial(it => it.write(`${POST}${head}\r\n\r\n`))
      for (let sent = 0; sent < megabytes && socket.writable; sent++) {
        if (socket.write(isChunked ? chunk : piece)) continue
        await new Promise(resolve => socket.once('drain', resolve).once('close', resolve))
      }
      socket.destroy()
    })
  },
  close: () => {
    for (const timer of timers.splice(0)) clearInterval(timer)
    for (const socket of [...open]) {
      open.delete(socket)
      socket.destroy()
    }
  },
  count: () => {},
}

for await (const line of createInterface({ input: process.stdin })) {
  const { act, ...options } = JSON.parse(line)
  await attacks[act](options)
  console.log(JSON.stringify({ open: open.size, ...seen }))
}
process.exit(0)
