import assert from 'node:assert/strict'
import { Receiver } from '../e2e/harness/receiver.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { collects, event, sender, source, template, trigger, webhook } from './automation.mts'
import { useNodeRed } from './harness.mts'

interface Row {
  id: string
  status: string
  error?: { code: string }
}

describe('the admin interface, of many deliveries,', () => {
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

  const call = async (route: string, body?: unknown) => {
    const response = await nodeRed.fetch(`/artifact-automations/${route}`, body === undefined ? {} : { body })
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : JSON.parse(text) }
  }
  const post = (more: object) => nodeRed.fetch('/artifact-events', { body: event(more) })
  const rows = async (query = ''): Promise<Row[]> => (await call(`deliveries${query}`)).body.deliveries

  const queued = (count: number) =>
    eventually(async () => (await rows()).length === count, `${count} deliveries are queued`)

  it('cancels one that waits, says so at output 2, and a second time that it is not pending', async () => {
    await call('webhooks/webhook/pause', {})
    await post({ event_id: 'e1' })
    await queued(1)
    const [row] = await rows()
    assert.deepEqual(await call(`deliveries/${row!.id}/cancel`, {}), { status: 202, body: { id: row!.id } })
    const [message] = await nodeRed.messages('failed')
    assert.equal((message!['error'] as { code: string }).code, 'cancelled')
    const [after] = await rows()
    assert.deepEqual([after!.status, after!.error?.code], ['failed', 'cancelled'])
    const again = await call(`deliveries/${row!.id}/cancel`, {})
    assert.deepEqual([again.status, again.body.error.code], [409, 'conflict'])
    assert.equal((await call('deliveries/dlv_none/cancel', {})).status, 404)
    await call('webhooks/webhook/resume', {})
    await post({ event_id: 'e2' })
    await nodeRed.messages('delivered')
    assert.equal(receiver.requests.length, 1)
  })

  it('cancels, counts and redelivers what a filter names, page by page', async () => {
    await call('webhooks/webhook/pause', {})
    for (let i = 0; i < 7; i++) await post({ event_id: `e${i}`, event_author: i < 5 ? 'Ada' : 'Bo' })
    await queued(7)
    const cancelled: number[] = []
    for (let before: string | undefined; ; ) {
      const { body } = await call('deliveries/cancel', { search: 'ADA', limit: 2, before })
      cancelled.push(body.cancelled)
      if (body.next === null) break
      before = body.next
    }
    assert.equal(
      cancelled.reduce((sum, count) => sum + count, 0),
      5,
    )
    assert.ok(cancelled.every((count) => count <= 2))
    assert.deepEqual((await call('deliveries/count', { search: 'ada' })).body, { count: 5 })
    assert.deepEqual((await call('deliveries/count', { webhook: 'webhook', status: 'pending' })).body, { count: 2 })
    assert.equal((await rows('?search=bo&status=pending')).length, 2)
    const first = (await call('deliveries/redeliver', { webhook: 'webhook', limit: 3 })).body
    assert.equal(first.redelivered, 3)
    const rest = (await call('deliveries/redeliver', { webhook: 'webhook', before: first.next })).body
    assert.deepEqual(rest, { redelivered: 2, next: null })
    await call('webhooks/webhook/resume', {})
    await nodeRed.messages('delivered', 7)
  })

  it('finds events by type, time and what identifies them', async () => {
    await post({ event_id: 'e1', alias: 'Blue-Green' })
    await post({ event_id: 'e2', event_type: 'LINK_ARTIFACT' })
    const ids = async (query: string) => {
      const { body } = await call(`events?${query}`)
      return body.events.map((one: { event: { event_id: string } }) => one.event.event_id)
    }
    assert.deepEqual(await ids('event_type=LINK_MODEL'), ['e2'])
    assert.deepEqual(await ids('search=blue-g'), ['e1'])
    assert.deepEqual(await ids('search='), ['e2', 'e1'])
    assert.deepEqual(await ids('since=2020-01-01T00:00:00Z&search=CHURN'), ['e2', 'e1'])
    assert.deepEqual(await ids('until=2020-01-01T00:00:00Z'), [])
  })

  for (const [route, body, path] of [
    ['deliveries?search=a', undefined, 'search'],
    ['deliveries?search=%F0%9F%98%80', undefined, 'search'],
    ['deliveries?search=a%0Ab', undefined, 'search'],
    ['deliveries?since=yesterday', undefined, 'since'],
    ['deliveries?status=gone', undefined, 'status'],
    ['events?search=a', undefined, 'search'],
    ['events?event_type=NEWS', undefined, 'event_type'],
    ['events?until=now', undefined, 'until'],
    ['deliveries/count', {}, ''],
    ['deliveries/count', { search: '' }, ''],
    ['deliveries/count', { search: 1 }, 'search'],
    ['deliveries/cancel', {}, ''],
    ['deliveries/cancel', { status: 'failed' }, 'status'],
    ['deliveries/cancel', { webhook: 'webhook', limit: 0 }, 'limit'],
    ['deliveries/redeliver', { webhook: 'webhook', limit: 1_001 }, 'limit'],
    ['deliveries/redeliver', { webhook: 'webhook', limit: '5' }, 'limit'],
    ['deliveries/redeliver', { webhook: 'webhook', before: 'the end' }, 'before'],
    ['deliveries/redeliver', { until: 'tomorrow' }, 'until'],
  ] as const) {
    it(`refuses ${route} ${body === undefined ? '' : JSON.stringify(body)} and says what is wrong`, async () => {
      const answer = await call(route, body)
      assert.equal(answer.status, 400)
      assert.equal(answer.body.error.details[0]?.path, path)
    })
  }
})
