import assert from 'node:assert/strict'
import { Receiver } from '../e2e/harness/receiver.mts'
import { event, sender, source, template, trigger, webhook } from './automation.mts'
import { useNodeRed } from './harness.mts'

interface Refusal {
  error: { code: string; message: string; details: { path: string; message: string }[] }
}

/** What somebody who writes a script gets wrong: each call says so, by the path of what is wrong, and does nothing. */
describe('what the admin interface is asked', () => {
  const nodeRed = useNodeRed()
  let receiver: Receiver
  before(async () => {
    receiver = await Receiver.listen()
  })
  after(() => receiver.close())
  beforeEach(() =>
    nodeRed.load([
      source(),
      trigger(),
      template('{"a": "${alias}"}'),
      sender(),
      webhook(receiver.url, { schedule: '' }),
    ]),
  )

  const call = async (route: string, body?: unknown) => {
    const response = await nodeRed.fetch(`/artifact-automations/${route}`, body === undefined ? {} : { body })
    return { status: response.status, body: (await response.json()) as Refusal }
  }
  const refused = async (path: string, route: string, body?: unknown) => {
    const answer = await call(route, body)
    assert.equal(answer.status, 400, `${route} ${JSON.stringify(body)}: ${JSON.stringify(answer.body).slice(0, 300)}`)
    assert.deepEqual(
      answer.body.error.details.map((detail) => detail.path),
      [path],
    )
    assert.ok(answer.body.error.message.length > 10)
  }

  it('has no filter with a name that filters nothing', async () => {
    await refused('sender', 'deliveries?sender=sender')
    await refused('automatoin', 'deliveries?automatoin=trigger&limit=5')
    await refused('type', 'events?type=LINK_ARTIFACT')
    await refused('from', 'statistics?from=2026-01-01T00:00:00Z')
    await refused('id', 'events/explain?source=source&event_id=e1&id=5')
    for (const what of ['count', 'redeliver', 'cancel']) {
      await refused('automatoin', `deliveries/${what}`, { webhook: 'webhook', automatoin: 'trigger' })
    }
    await refused('form', 'automations/backtest', { automation: 'trigger', form: '2026-01-01T00:00:00Z' })
    await refused('untill', 'automations/catch-up', {
      automation: 'trigger',
      since: '2026-01-01T00:00:00Z',
      untill: '2026-01-02T00:00:00Z',
    })
    await refused('automation', 'events/explain', { event: event({}), automation: 'trigger' })
    await refused('id', 'events/sample', { node: 'trigger', id: 'other' })
  })

  it('has each parameter once, and as a text', async () => {
    await refused('status', 'deliveries?status=failed&status=pending')
    await refused('source', 'events?source=a&source=b')
    await refused('limit', 'deliveries?limit=1&limit=2')
    for (const limit of ['', '0', '-1', '1.5', '1e2', '0x10', ' 5', '201', '99999999999999999999', 'x']) {
      await refused('limit', `deliveries?limit=${encodeURIComponent(limit)}`)
      await refused('limit', `events?limit=${encodeURIComponent(limit)}`)
    }
  })

  it('may hold a token, and what keeps a browser from an older answer', async () => {
    assert.equal((await call('deliveries?access_token=x&_=1')).status, 200)
    assert.equal((await call('statistics?access_token=x')).status, 200)
  })

  it('is an object, and not a list or another value', async () => {
    for (const route of ['deliveries/count', 'deliveries/redeliver', 'automations/backtest', 'events/explain']) {
      await refused('', route, [])
      await refused('', route, [{ status: 'failed' }])
    }
  })

  it('counts by what redelivering and cancelling take', async () => {
    for (const limit of [0, 1001, '5', 1.5, -1, true]) {
      for (const what of ['count', 'redeliver', 'cancel'])
        await refused('limit', `deliveries/${what}`, { webhook: 'webhook', limit })
    }
    await refused('before', 'deliveries/count', { webhook: 'webhook', before: 5 })
    const { status, body } = await call('deliveries/count', { webhook: 'webhook', limit: 1, before: 'x' })
    assert.deepEqual([status, body], [200, { count: 0 }])
  })

  it('names events by ids or by a time, not by both', async () => {
    const asked = { automation: 'trigger', event_ids: ['e1'] }
    await refused('since', 'automations/catch-up', { ...asked, since: '2026-01-01T00:00:00Z' })
    await refused('since', 'automations/catch-up', { ...asked, since: 'yesterday' })
    await refused('until', 'automations/catch-up', { ...asked, until: '2026-01-01T00:00:00Z' })
  })
})
