import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { parseEvent } from '../../dist/lib/events/parse.js'
import { SqliteStore } from '../../dist/lib/store/sqlite/store.js'
import type { FlowNode } from '../e2e/harness/node-red.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { event, sender, template, trigger } from '../nodes/automation.mts'
import { automation, eventOf, onTab, PATIENCE, TEMPLATE, useSite } from './site.mts'

const SINCE = '2020-01-01T00:00:00Z'
const COUNT = 400
const WEEK_MS = 7 * 24 * 60 * 60 * 1000

describe('Node-RED that is killed with kill -9 while an automation catches up', () => {
  const site = useSite()
  const ids = Array.from({ length: COUNT }, (_, index) => `e-${index}`)

  /** From the trigger to two senders, whose payloads differ; `wait` stands before the second in some tests. */
  const flow = (pattern: string, more: readonly FlowNode[] = [], second = 'second-template') => [
    ...automation(site.receiver.url).map((node) =>
      node.id === 'trigger' ? { ...trigger({ pattern, wires: [['template', second]] }), x: 0, y: 0, z: 'tab' } : node,
    ),
    ...onTab([
      template(TEMPLATE.replace('}"}', '}", "to": "second"}'), { id: 'second-template', wires: [['second']] }),
      sender({ id: 'second', name: 'second', wires: [[], []] }),
      ...more,
    ]).slice(1),
  ]
  const catchUp = () =>
    site.admin<{ handed_over: number }>('POST', '/automations/catch-up', { automation: 'trigger', since: SINCE })

  /** Events of a week in which the pattern was wrong, in the store of the Node-RED that starts now with the right one. */
  async function missed(right: readonly FlowNode[]): Promise<void> {
    site.receiver.answer((_request, response) => setTimeout(() => response.end('ok'), 50))
    const now = Date.now()
    mkdirSync(site.storeDir, { recursive: true })
    const store = new SqliteStore({ path: site.storeFile })
    await store.open({ now, suspectWithin: 0, rerouteWithin: 0 })
    await store.putEvents(
      ids.map((event_id, index) => ({
        source: 'source',
        event: parseEvent(event({ event_id }), { receivedAt: new Date(), newId: () => 'unused' }),
        receivedAt: now - WEEK_MS + index * 1_000,
        routed: true,
      })),
    )
    await store.close({ now, suspectSince: now, started: [] })
    await site.start(right)
  }

  /** Of each event both requests came, and hardly any twice: what was on its way at a kill. */
  async function allArrived(kills: number): Promise<void> {
    const arrived = () => new Set(site.receiver.requests.map(({ body }) => body.toString()))
    await eventually(async () => arrived().size === 2 * COUNT, 'an event is lost', PATIENCE)
    await site.until('pending', 0)
    assert.deepEqual(new Set(site.receiver.requests.map(eventOf)), new Set(ids))
    const twice = site.receiver.requests.length - 2 * COUNT
    // eight requests at once, and as many whose results the disk had not taken
    assert.ok(twice <= 16 * kills, `only what was on its way is sent again: ${twice}`)
    const byId = new Map(site.receiver.requests.map(({ headers, body }) => [headers['webhook-id'], body.toString()]))
    assert.equal(byId.size, 2 * COUNT, 'under the same ids')
  }

  it('loses and repeats nothing, at whichever moment', async () => {
    await missed(flow('^production$'))
    let kills = 0
    for (const enough of [1, COUNT / 2, COUNT, (3 * COUNT) / 2]) {
      const cut = catchUp().catch(() => null)
      await eventually(async () => site.receiver.requests.length >= enough, 'nothing is caught up', PATIENCE)
      await site.kill()
      await cut
      kills += 1
      await site.start()
    }
    await catchUp()
    await allArrived(kills)
    assert.deepEqual(await catchUp(), { handed_over: 0 })
  })

  it('as soon as it was answered 202, sends everything after its restart, and nobody has to ask again', async () => {
    // the second sender gets its messages a second later, from a flow of which nobody knows what it does
    const delay = {
      id: 'wait',
      type: 'delay',
      pauseType: 'delay',
      timeout: '1',
      timeoutUnits: 'seconds',
      outputs: 1,
      wires: [['second-template']],
    }
    await missed(flow('^production$', [delay], 'wait'))
    const { handed_over } = await catchUp()
    await site.kill()
    assert.equal(handed_over, COUNT)
    assert.ok(site.receiver.requests.length < 2 * COUNT, 'it was killed before it had sent them all')
    await site.start()
    await allArrived(1)
  })
})
