// The webhook's far end, in its own process: answers after ?delay milliseconds and remembers what came when.
//   GET /report?brief, ?reset → {count, distinct, arrivals: {<event id>: nanoseconds of the machine's monotonic clock}}
import { createServer } from 'node:http'

let arrivals = new Map()
let count = 0
let down = false

/** The first arrival of each event counts; the id is found without parsing the body. */
function record(body, at) {
  const id = /"id": ?"([^"]+)"/.exec(body)?.[1]
  count += 1
  if (id !== undefined && !arrivals.has(id)) arrivals.set(id, String(at))
}

createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost')
  if (url.pathname === '/report') {
    response.setHeader('Content-Type', 'application/json')
    const brief = { count, distinct: arrivals.size }
    const whole = () => ({ ...brief, arrivals: Object.fromEntries(arrivals) })
    response.end(JSON.stringify(url.searchParams.has('brief') ? brief : whole()))
    if (url.searchParams.has('reset')) {
      arrivals = new Map()
      count = 0
    }
    return
  }
  if (url.pathname === '/down' || url.pathname === '/up') {
    down = url.pathname === '/down'
    return response.end()
  }
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    if (down) return request.socket.destroy()
    const at = process.hrtime.bigint()
    const delay = Number(url.searchParams.get('delay') ?? 0)
    const answer = () => response.end('ok')
    if (url.pathname !== '/neighbour') record(Buffer.concat(chunks).toString('latin1'), at)
    if (delay > 0) setTimeout(answer, delay)
    else answer()
  })
}).listen(Number(process.argv[2] ?? 0), '127.0.0.1', function () {
  process.send?.({ port: this.address().port })
})
