import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RegistryHttp } from '../../../../dist/lib/sources/watch/http.js'
import { parseAddressPolicy } from '../../../../dist/lib/webhook/address.js'
import { httpProxy } from '../../webhook/proxy-servers.mts'

describe('A request to a registry', () => {
  let server: Server
  let answer: RequestListener
  let http: RegistryHttp
  let seen = 0
  let bodies: string[]
  beforeEach(async () => {
    bodies = []
    seen = 0
    server = createServer((request, response) => {
      seen += 1
      request.setEncoding('utf8')
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        bodies.push(body)
        answer(request, response)
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    http = new RegistryHttp({ addressPolicy: parseAddressPolicy('lan') })
  })
  afterEach(async () => {
    await http.close()
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })

  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
  const post = (options: { signal?: AbortSignal; maxBytes?: number } = {}, to = url()) =>
    http.send('POST', to, { 'content-type': 'application/json' }, '{"é": 1}', {
      signal: AbortSignal.timeout(5000),
      maxBytes: 1000,
      ...options,
    })

  it('gives status, headers by their lower-case names and the whole text, whatever the status', async () => {
    answer = (_request, response) => {
      response.writeHead(429, { 'Retry-After': '3', 'X-Twice': ['a', 'b'] })
      response.write('naï')
      response.end('ve')
    }
    const { status, headers, text } = await post()
    assert.deepEqual([status, headers['retry-after'], headers['x-twice'], text], [429, '3', 'a, b', 'naïve'])
    assert.deepEqual(bodies, ['{"é": 1}'])
  })

  it('follows no redirect', async () => {
    answer = (_request, response) => response.writeHead(307, { Location: url() }).end()
    assert.deepEqual([(await post()).status, seen], [307, 1])
  })

  it('#72 stops reading an answer that is too long', async () => {
    const closed = Promise.withResolvers<void>()
    answer = (_request, response) => {
      response.on('close', () => closed.resolve())
      const more = () => {
        while (response.write('x'.repeat(600)));
        response.once('drain', more)
      }
      more()
    }
    await assert.rejects(post(), { code: 'source_answer_too_large' })
    await closed.promise
  })

  it('takes one that is just as long as it may be', async () => {
    answer = (_request, response) => response.end('x'.repeat(1000))
    assert.equal((await post()).text.length, 1000)
  })

  it('ends with its signal before the answer, and in the middle of it', async () => {
    for (const begin of [false, true]) {
      const asked = Promise.withResolvers<void>()
      answer = (_request, response) => {
        if (begin) response.write('{')
        asked.resolve()
      }
      const stop = new AbortController()
      const rejected = assert.rejects(post({ signal: stop.signal }))
      await asked.promise
      stop.abort()
      await rejected
    }
  })

  it('fails when the answer breaks off, or nobody listens', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'Content-Length': '100' })
      response.write('{"data"', () => response.destroy())
    }
    await assert.rejects(post())
    const closed = createServer()
    closed.listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const { port } = closed.address() as AddressInfo
    closed.close()
    await assert.rejects(post({}, `http://127.0.0.1:${port}/graphql`), /ECONNREFUSED/)
  })

  it('calls nobody whom the address policy forbids', async () => {
    answer = (_request, response) => response.end('{}')
    await assert.rejects(post({}, 'http://169.254.169.254/graphql'), { code: 'address_blocked' })
    const strict = new RegistryHttp({ addressPolicy: parseAddressPolicy('public') })
    try {
      const options = { signal: AbortSignal.timeout(5000), maxBytes: 10 }
      await assert.rejects(strict.send('POST', url(), {}, '', options), { code: 'address_blocked' })
      const named = url().replace('127.0.0.1', 'localhost')
      await assert.rejects(strict.send('POST', named, {}, '', options), { code: 'address_blocked' })
    } finally {
      await strict.close()
    }
    assert.equal(seen, 0)
  })

  it('goes through the machine’s proxy, under the same address policy', async () => {
    answer = (_request, response) => response.end('through')
    const { port } = server.address() as AddressInfo
    const proxy = await httpProxy({ to: port })
    const machineProxy = () => ({ url: `http://127.0.0.1:${proxy.port}`, operators: true })
    const behind = new RegistryHttp({ addressPolicy: parseAddressPolicy('public'), machineProxy })
    try {
      const ask = (to: string) =>
        behind.send('POST', to, {}, '{}', { signal: AbortSignal.timeout(5000), maxBytes: 1000 })
      assert.equal((await ask('http://93.184.216.34/graphql')).text, 'through')
      for (const to of ['http://127.0.0.1/graphql', 'http://localhost/graphql', 'http://metadata/graphql']) {
        await assert.rejects(ask(to), { code: 'address_blocked' }, to)
      }
      assert.deepEqual(proxy.asked, ['93.184.216.34:80'])
    } finally {
      await behind.close()
      await proxy.close()
    }
  })
})
