import assert from 'node:assert/strict'
import { linked, readToEnd, type Source, startSource } from './server.mts'

const MIB = 1024 * 1024

describe('a body that does not come as it should', () => {
  let source: Source
  const start = async (...options: Parameters<typeof startSource>) => {
    source = await startSource(...options)
    return source
  }
  afterEach(() => source.close())

  const head = 'POST /artifact-events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'

  it('#92 answers 413 at once to one that is announced as too large', async () => {
    const socket = (await start()).dial()
    socket.write(`${head}Content-Length: ${5 * 1024 * MIB}\r\n\r\n{`)
    assert.match(await readToEnd(socket), /^HTTP\/1\.1 413 .*\r\nConnection: close\r\n.*body_too_large/s)
  })

  it('#92 answers 413 while one without end is coming, closes, and keeps nothing', async () => {
    const { dial, accepted } = await start()
    const socket = dial()
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    let sent = 0
    const flood = () => {
      while (!socket.destroyed && sent < 1024 * MIB) {
        sent += chunk.length
        if (!socket.write(chunk)) return socket.once('drain', flood)
      }
      return undefined
    }
    socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`)
    flood()
    assert.match(await readToEnd(socket), /^HTTP\/1\.1 413 .*body_too_large/s)
    assert(sent < 100 * MIB)
    assert.deepEqual(accepted, [])
  })

  it('gives a sender that first sends all of it the answer, and not a broken connection', async () => {
    const { post } = await start()
    assert.equal((await post(Buffer.alloc(3 * MIB))).status, 413)
  })

  for (const [auth, headers, refused] of [
    ['bearer', { Authorization: 'Bearer wrong' }, 401],
    ['bearer', {}, 401],
    ['shared-secret', { 'X-Webhook-Secret': 'wrong' }, 401],
    ['shared-secret', {}, 401],
    ['signature', {}, 401],
    ['signature', { Authorization: 'Bearer wrong-one' }, 401],
  ] as const) {
    it(`is not waited for where the head tells that it is refused: ${auth} with ${JSON.stringify(headers)}`, async () => {
      const { dial } = await start({ settings: { auth } })
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
      for (const length of ['Content-Length: 1000000', 'Transfer-Encoding: chunked']) {
        const socket = dial()
        socket.write(`${head}${lines.join('')}${length}\r\n\r\n`)
        assert.match(await readToEnd(socket), new RegExp(`^HTTP/1\\.1 ${refused} .*Connection: close`, 's'))
      }
      const socket = dial()
      socket.write(`${head}${lines.join('')}Content-Length: ${2 * MIB}\r\n\r\n`)
      assert.match(await readToEnd(socket), /^HTTP\/1\.1 413 /)
    })
  }

  it('is not waited for by a source without a secret', async () => {
    for (const auth of ['bearer', 'shared-secret', 'signature'] as const) {
      const { dial } = await start({ settings: { auth }, secret: () => undefined })
      const socket = dial()
      socket.write(`${head}Content-Length: 1000\r\n\r\n`)
      assert.match(await readToEnd(socket), /^HTTP\/1\.1 503 .*Retry-After/s)
      if (auth !== 'signature') await source.close()
    }
  })

  it('takes no memory without end: of many half-open ones the oldest give way, and whole ones come in', async () => {
    const { dial, post } = await start()
    const answers: Promise<string>[] = []
    const part = Buffer.alloc(MIB - 1, ' ')
    for (let count = 0; count < 100; count += 1) {
      const socket = dial()
      answers.push(readToEnd(socket))
      socket.write(`${head}Content-Length: ${MIB}\r\n\r\n`)
      await new Promise((resolve) => socket.write(part, resolve))
    }
    for (const answer of await Promise.all(answers.slice(0, 20))) {
      assert.match(answer, /^HTTP\/1\.1 503 .*Retry-After: 30/s)
    }
    assert.equal((await post(linked)).status, 202)
    assert.equal((await post({ ...linked, note: 'x'.repeat(MIB - 1000) })).status, 202)
  })

  it('#94 answers 408 to one that drips, and closes', async () => {
    const { dial, accepted } = await start({ limits: { timeout: 200 } })
    const socket = dial()
    socket.write(`${head}Content-Length: 1000\r\n\r\n`)
    const drip = setInterval(() => socket.write(' '), 20)
    const answer = await readToEnd(socket)
    clearInterval(drip)
    assert.match(answer, /^HTTP\/1\.1 408 .*\r\nConnection: close\r\n.*body_timeout/s)
    assert.deepEqual(accepted, [])
  })

  it('#2 keeps nothing when the sender goes away in the middle', async () => {
    const { dial, accepted, refused, errors, post } = await start()
    const socket = dial()
    socket.write(`${head}Content-Length: 1000\r\n\r\n${JSON.stringify(linked)}`)
    await post(linked)
    socket.destroy()
    await post(linked)
    assert.deepEqual([accepted.length, refused, errors], [2, [], []])
  })

  it('stores what has come when the sender does not wait for the answer', async () => {
    const seen = Promise.withResolvers<void>()
    const gone = Promise.withResolvers<void>()
    const { dial, post } = await start({
      accept: async (events) => {
        seen.resolve()
        await gone.promise
        return events.map(({ event_id }) => ({ event_id, duplicate: false, automations: 0 }))
      },
    })
    const body = JSON.stringify(linked)
    const socket = dial()
    socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`)
    await seen.promise
    socket.destroy()
    gone.resolve()
    assert.equal((await post(linked)).status, 202)
  })

  it('lets a connection be used again after a refusal whose body was read', async () => {
    const { dial, port } = await start()
    assert(port > 0)
    const socket = dial()
    const body = JSON.stringify(linked)
    socket.write(`${head}Content-Length: 2\r\n\r\n{}`)
    socket.write(`${head}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`)
    const answers = await readToEnd(socket)
    assert.match(answers, /^HTTP\/1\.1 400 .*HTTP\/1\.1 202 /s)
  })

  it('#96 minds no header with the name of a prototype', async () => {
    const { dial, accepted } = await start()
    const socket = dial()
    const body = JSON.stringify(linked)
    socket.write(
      `${head}__proto__: x\r\nconstructor: y\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    )
    assert.match(await readToEnd(socket), /^HTTP\/1\.1 202 /)
    assert.equal(accepted.length, 1)
  })
})
