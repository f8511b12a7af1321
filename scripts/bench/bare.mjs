// The floor: no Node-RED, no store. Takes an event, fills a template, signs it, posts it with undici.
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { Pool } from 'undici'

const target = new URL(process.argv[2])
const pool = new Pool(target.origin, { connections: 8 })

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    return response.end(JSON.stringify({ cpu: process.cpuUsage() }))
  }
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const event = JSON.parse(Buffer.concat(chunks))
    response.writeHead(202).end()
    if (!/^production$/.test(event.alias)) return
    const body = JSON.stringify({ event_type: event.event_type, client_payload: { id: event.event_id, ...event } })
    pool
      .request({
        path: target.pathname + target.search,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-wandb-signature': createHmac('sha256', 'bench-signing').update(body).digest('hex'),
        },
        body,
      })
      .then(({ body: answer }) => answer.dump())
      .catch(() => {})
  })
})
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
