import assert from 'node:assert/strict'
import type { NodeAPI } from 'node-red'
import { hostOf } from '../../dist/nodes/runtime/host-of.js'
import { troublesOf } from '../../dist/nodes/runtime/troubles.js'
import { Receiver } from '../e2e/harness/receiver.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { collects, event, sender, source, template, trigger, webhook } from './automation.mts'
import { NODES, useNodeRed } from './harness.mts'

describe('what the sidebar asks for', () => {
  const nodeRed = useNodeRed()
  let receiver: Receiver
  let api: NodeAPI
  const keepApi = (RED: NodeAPI) => {
    api = RED
  }
  beforeEach(async () => {
    receiver = await Receiver.listen()
  })
  afterEach(() => receiver.close())

  const call = async (route: string, body?: unknown) => {
    const response = await nodeRed.fetch(`/artifact-automations${route}`, body === undefined ? {} : { body })
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : JSON.parse(text) }
  }
  const load = (hook: object = {}) =>
    nodeRed.load(
      [
        source(),
        trigger(),
        template('{"alias": "${alias}"}'),
        sender(),
        webhook(receiver.url, hook),
        collects('delivered'),
        collects('failed'),
      ],
      {},
      [...NODES, keepApi],
    )
  const post = (more: object) => nodeRed.fetch('/artifact-events', { body: event(more) })

  it('an event says how many automations it started', async () => {
    await load()
    await post({ event_id: 'fits' })
    await post({ event_id: 'other', alias: 'staging' })
    const { body } = await call('/events')
    const fired = body.events.map(({ event, fired }: { event: { event_id: string }; fired: number }) => [
      event.event_id,
      fired,
    ])
    assert.deepEqual(fired, [
      ['other', 0],
      ['fits', 1],
    ])
  })

  it('a delivery says which source its event came from, the button of a trigger too', async () => {
    await load()
    await post({ event_id: 'e1' })
    const { body: sample } = await call('/events/sample', { node: 'trigger' })
    await nodeRed.messages('delivered', 2)
    for (const [eventId, expected] of [
      ['e1', 'source'],
      [sample.event_id, 'sample:trigger'],
    ]) {
      const { body } = await call(`/deliveries?event_id=${eventId}`)
      const { body: detail } = await call(`/deliveries/${body.deliveries[0].id}`)
      assert.equal(detail.source, expected)
    }
  })

  it('a webhook that gives up, rests or cannot work is in trouble, one that a person paused is not', async () => {
    const troubles = () => troublesOf(api, hostOf(api))
    await load({ schedule: '' })
    assert.deepEqual(await troubles(), [])
    receiver.answer((_request, response) => response.writeHead(404).end())
    await post({ event_id: 'e1' })
    await nodeRed.messages('failed')
    assert.deepEqual(await troubles(), [{ kind: 'webhook', id: 'webhook', state: 'gives-up' }])
    await call('/webhooks/webhook/pause', {})
    assert.deepEqual(await troubles(), [])
    await call('/webhooks/webhook/resume', {})
    receiver.answer((_request, response) => response.end())
    await post({ event_id: 'e2' })
    await nodeRed.messages('delivered')
    assert.deepEqual(await troubles(), [])
    receiver.answer((_request, response) => response.writeHead(410).end())
    await post({ event_id: 'e3' })
    await eventually(
      async () => JSON.stringify(await troubles()).includes('paused'),
      'a webhook that answered 410 is in trouble',
    )
  })
})
