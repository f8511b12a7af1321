// The webhook's far end, in its own process: answers after ?delay milliseconds and remembers what came when.
//   GET /report?brief, ?reset → {count, distinct, arrivals: {<event id>: nanoseconds of the machine's monotonic clock}}
//   GET /down, /up: from now on connections are closed without an answer, or answered again
import { createServer } from 'node:net'
import { usualServer } from './usual.mjs'
import { readMessages } from './wire.mjs'

let arrivals = new Map()
let count = 0
let down = false

const onTheWire = ({ body, type = 'text/plain' }) =>
  `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
const OK = { body: 'ok' }
const OK_ON_THE_WIRE = onTheWire(OK)

/** The first arrival of each event counts; the id is found without parsing the body. */
function record(body, at) {
  const id = /"id": ?"([^"]+)"/.exec(body)?.[1]
  count += 1
  if (id !== undefined && !arrivals.has(id)) arrivals.set(id, at)
}

function report(query) {
  const brief = { count, distinct: arrivals.size }
  const whole = () => ({ ...brief, arrivals: Object.fromEntries(Array.from(arrivals, ([id, at]) => [id, String(at)])) })
  const body = JSON.stringify(query.has('brief') ? brief : whole())
  if (query.has('reset')) {
    arrivals = new Map()
    count = 0
  }
  return { body, type: 'application/json' }
}

/** @returns the answer to one request, or null where the connection is closed without one */
function take(url, body) {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  if (pathname === '/report') return report(searchParams)
  if (pathname === '/down' || pathname === '/up') {
    down = pathname === '/down'
    return OK
  }
  if (down) return null
  if (pathname !== '/neighbour') record(body, process.hrtime.bigint())
  const delay = Number(searchParams.get('delay') ?? 0)
  return delay > 0 ? { ...OK, delay } : OK
}

const wireServer = () =>
  createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {})
    readMessages(socket, ({ head, body }) => {
      const answer = take(head.split(' ', 2)[1], body)
      if (answer === null) socket.destroy()
      else if (answer === OK) socket.write(OK_ON_THE_WIRE)
      else setTimeout(() => socket.write(onTheWire(answer)), answer.delay ?? 0)
    })
  })

const server = process.argv[2] === 'usual' ? usualServer(take) : wireServer()
server.listen(0, '127.0.0.1', function () {
  process.send?.({ port: this.address().port })
})
