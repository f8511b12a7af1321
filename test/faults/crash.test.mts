import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as passed } from 'node:timers/promises'
import { eventually } from '../e2e/harness/wait.mts'
import { event } from '../nodes/automation.mts'
import { automation, eventOf, PATIENCE, useSite } from './site.mts'

const ids = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}-${index}`)

describe('Node-RED that is killed with kill -9', () => {
  const site = useSite()

  it('#1 as soon as it has answered 202 sends everything after its restart', async () => {
    site.receiver.answer((_request, response) => setTimeout(() => response.end('ok'), 50))
    await site.start(automation(site.receiver.url))
    const posted = ids('e', 200)
    const { status } = await site.post(posted.map((event_id) => event({ event_id })))
    await site.kill()
    assert.equal(status, 202)
    const before = site.receiver.requests.length
    assert.ok(before < posted.length, 'it was killed before it had sent them all')

    await site.start()
    await site.arrived(posted)
    await site.until('pending', 0)
    const twice = site.receiver.requests.length - posted.length
    assert.ok(twice <= 8, `only what was on its way is sent again: ${twice}`)
  })

  it('#2 before it has answered keeps a whole post or nothing of it, and takes it when it is posted again', async () => {
    const nodeRed = await site.start(automation(site.receiver.url))
    const posts = Array.from({ length: 5 }, (_, round) => ids(`r${round}`, 500))
    const unanswered: string[][] = []
    for (const [round, post] of posts.entries()) {
      const current = round === 0 ? nodeRed : await site.start()
      const { port } = new URL(current.url)
      const body = JSON.stringify(post.map((event_id) => event({ event_id })))
      const socket = connect(Number(port), '127.0.0.1')
      let answer = ''
      socket.on('data', (chunk) => {
        answer += chunk
      })
      socket.on('error', () => {})
      socket.write(
        `POST /artifact-events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`,
      )
      // every round it gets a little further: nothing read, parsed, being stored, nearly answered
      await new Promise<void>((resolve) => {
        socket.write(body, () => resolve())
      })
      if (round > 0) await passed(8 * 2 ** round)
      const broken = new Promise((resolve) => {
        socket.on('close', resolve)
      })
      await current.kill()
      await broken
      if (!answer.startsWith('HTTP/1.1 202')) unanswered.push(post)
    }
    assert.ok(unanswered.length > 0, 'at least the first one was killed in time')

    await site.start()
    for (const post of unanswered) {
      const { status, text } = await site.post(post.map((event_id) => event({ event_id })))
      assert.equal(status, 202)
      const duplicates = JSON.parse(text).filter(({ duplicate }: { duplicate: boolean }) => duplicate).length
      assert.ok(duplicates === 0 || duplicates === post.length, `${duplicates} of ${post.length} were there`)
    }
    await site.arrived(posts.flat())
  })

  it('#3 after it has stored a delivery and before it has sent it makes the first attempt after its restart', async () => {
    // one request in 2 s: what comes second waits in the store
    await site.start(automation(site.receiver.url, { hook: { rateLimit: '0.5' } }))
    await site.accept('first')
    await site.accept('second')
    await site.arrived(['first'])
    await site.until('pending', 1)
    await site.kill()
    assert.deepEqual(site.receiver.requests.map(eventOf), ['first'])

    await site.start()
    await site.arrived(['second'])
    const [second] = site.receiver.requests.filter((request) => eventOf(request) === 'second')
    assert.equal(second?.headers['x-automation-attempt'], '1')
  })

  it('#4 while the receiver holds a request makes it again under the same id, and says in the history that the first was interrupted', async () => {
    site.receiver.answer(() => {})
    await site.start(automation(site.receiver.url))
    await site.accept('held')
    await site.receiver.received(1, undefined, PATIENCE)
    await noted()
    await site.kill()

    site.receiver.answer((_request, response) => response.end('ok'))
    await site.start()
    const [row] = await site.until('delivered', 1)
    const [first, second] = site.receiver.requests
    assert.equal(site.receiver.requests.length, 2)
    assert.equal(second?.headers['webhook-id'], first?.headers['webhook-id'])
    assert.deepEqual(second?.body, first?.body)
    const log = await site.log(row!.id)
    assert.deepEqual(
      log.map(({ status_code: status, error }) => error?.code ?? status),
      ['interrupted', 200],
    )
  })

  /** Node-RED notes in its store that a request takes longer than a moment: its log grows by that. */
  async function noted(): Promise<void> {
    const size = () => statSync(`${site.storeFile}-wal`).size
    const before = size()
    await eventually(async () => size() > before, 'the request was not noted', PATIENCE)
  }

  it('#5 after the receiver has answered 200 and before that is on disk asks exactly once more, with the same id and body and a new time', async () => {
    const nodeRed = await site.start(automation(site.receiver.url, { hook: { signing: 'none' } }))
    site.receiver.answer((_request, response) => {
      site.receiver.answer((_again, answer) => answer.end('ok'))
      // it is frozen before it can see the answer, and never wakes up
      process.kill(nodeRed.pid, 'SIGSTOP')
      response.end('ok')
    })
    await site.accept('answered')
    await site.receiver.received(1, undefined, PATIENCE)
    await site.kill()
    const sent = () => Number(site.receiver.requests[0]?.headers['webhook-timestamp'])
    // a time of whole seconds is new from the next one on
    await eventually(async () => Math.floor(Date.now() / 1000) > sent(), 'the clock stands still', PATIENCE)

    await site.start()
    const [row] = await site.until('delivered', 1)
    const [first, second, ...more] = site.receiver.requests
    assert.deepEqual(more, [])
    assert.equal(second?.headers['webhook-id'], first?.headers['webhook-id'])
    assert.equal(second?.headers['webhook-id'], row!.id)
    assert.deepEqual(second?.body, first?.body)
    assert.ok(Number(second?.headers['webhook-timestamp']) > Number(first?.headers['webhook-timestamp']))
  })
})
