import assert from 'node:assert/strict'
import path from 'node:path'
import { event } from '../nodes/automation.mts'
import { automation, PATIENCE, useSite } from './site.mts'

const EVENTS = 10_000
/** As many in one post, and so many posts at once. */
const BATCH = 20
const SENDERS = 8

interface Measured {
  readonly p50: number
  readonly p99: number
  readonly rss: number
}

describe('A burst', () => {
  const site = useSite()

  it(`#59 of ${EVENTS} events is stored, sent once each, and leaves the event loop and the memory in peace`, async () => {
    await site.start(automation(site.receiver.url), {
      env: { NODE_OPTIONS: `--require ${path.join(import.meta.dirname, 'door.cjs')}` },
    })
    const [, door] = await site.nodeRed.logged(/^door at (\S+)$/, PATIENCE)
    const measure = async () => (await (await fetch(door!)).json()) as Measured
    await site.accept('warm')
    await site.arrived(['warm'])
    const before = await measure()

    const ids = Array.from({ length: EVENTS }, (_, index) => `e${index}`)
    const posts = Array.from({ length: EVENTS / BATCH }, (_, post) => ids.slice(post * BATCH, (post + 1) * BATCH))
    const send = async () => {
      for (let post = posts.pop(); post; post = posts.pop()) {
        const { status } = await site.post(post.map((event_id) => event({ event_id })))
        assert.equal(status, 202)
      }
    }
    const started = performance.now()
    await Promise.all(Array.from({ length: SENDERS }, send))
    const stored = performance.now() - started
    const during = await measure()
    await site.arrived(ids)
    await site.until('pending', 0)
    const after = await measure()

    assert.equal(site.receiver.requests.length, EVENTS + 1)
    const p99 = Math.max(during.p99, after.p99)
    const grown = (Math.max(during.rss, after.rss) - before.rss) / 1024 / 1024
    // the bench has the real figures; here others share the processors
    assert.ok(p99 <= 500, `the event loop was late by ${p99.toFixed(0)} ms (p99)`)
    assert.ok(grown <= 250, `the process grew by ${grown.toFixed(0)} MB`)
    if (process.env['FAULT_KILLS']) {
      const figures = `stored in ${stored.toFixed(0)} ms, event loop p99 ${p99.toFixed(0)} ms, ${grown.toFixed(0)} MB more`
      process.stdout.write(`      ${EVENTS} events: ${figures}\n`)
    }
  })
})
