import assert from 'node:assert/strict'
import { Receiver } from '../e2e/harness/receiver.mts'
import { collects, event, sender, source, template, trigger, webhook } from './automation.mts'
import { useNodeRed } from './harness.mts'

interface Bucket {
  start: string
  accepted: number | null
  fired: number | null
  delivered: number
  failed: number
  attempts: number
  p50_ms: number | null
}

describe('the statistics of the admin interface', () => {
  const nodeRed = useNodeRed()
  let receiver: Receiver
  beforeEach(async () => {
    receiver = await Receiver.listen()
    await nodeRed.load([
      source(),
      trigger(),
      template('{"alias": "${alias}"}'),
      sender(),
      webhook(receiver.url, { schedule: '' }),
      collects('delivered'),
      collects('failed'),
    ])
  })
  afterEach(() => receiver.close())

  const ask = async (query = '') => {
    const response = await nodeRed.fetch(`/artifact-automations/statistics${query}`)
    return {
      status: response.status,
      body: (await response.json()) as { buckets: Bucket[]; error?: { details: { path: string }[] } },
    }
  }
  const sum = (buckets: Bucket[], name: 'accepted' | 'fired' | 'delivered' | 'attempts') =>
    buckets.reduce((total, bucket) => total + (bucket[name] ?? 0), 0)

  it('say what came, what it started and what was delivered, as the history does', async () => {
    await nodeRed.fetch('/artifact-events', { body: event({ event_id: 'e1' }) })
    await nodeRed.fetch('/artifact-events', { body: event({ event_id: 'e2', alias: 'staging' }) })
    await nodeRed.messages('delivered')
    const { body } = await ask()
    assert.ok([24, 25].includes(body.buckets.length))
    assert.deepEqual(
      (['accepted', 'fired', 'delivered', 'attempts'] as const).map((name) => sum(body.buckets, name)),
      [2, 1, 1, 1],
    )
    assert.ok(body.buckets.some(({ p50_ms }) => p50_ms !== null))
    const days = (await ask('?bucket=day')).body.buckets
    assert.ok(days.every(({ start }) => start.endsWith('T00:00:00.000Z')))
    assert.equal(sum(days, 'delivered'), 1)
  })

  it('of one automation or one webhook, which takes no events', async () => {
    await nodeRed.fetch('/artifact-events', { body: event({ event_id: 'e1' }) })
    await nodeRed.messages('delivered')
    const ofWebhook = (await ask('?webhook=webhook')).body.buckets
    assert.equal(sum(ofWebhook, 'delivered'), 1)
    assert.ok(ofWebhook.every(({ accepted, fired }) => accepted === null && fired === null))
    assert.equal(sum((await ask('?automation=trigger')).body.buckets, 'fired'), 1)
    assert.equal(sum((await ask('?automation=another')).body.buckets, 'fired'), 0)
  })

  for (const [query, path] of [
    ['?bucket=week', 'bucket'],
    ['?since=yesterday', 'since'],
    ['?until=1', 'until'],
    ['?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z', 'since'],
    ['?since=2020-01-01T00:00:00Z&until=2026-01-01T00:00:00Z', 'since'],
  ] as const) {
    it(`are refused in words for ${query}`, async () => {
      const { status, body } = await ask(query)
      assert.equal(status, 400)
      assert.equal(body.error?.details[0]?.path, path)
    })
  }
})
