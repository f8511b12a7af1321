import assert from 'node:assert/strict'
import { setTimeout as passed } from 'node:timers/promises'
import { eventually } from '../e2e/harness/wait.mts'
import { event, sender, template, trigger, webhook } from '../nodes/automation.mts'
import { automation, EACH_SECOND, eventOf, onTab, PATIENCE, TEMPLATE, useSite } from './site.mts'

const ids = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`)

describe('An endpoint that misbehaves', () => {
  const site = useSite()

  /** The usual automation, and one for events with the alias `other` to a webhook of its own. */
  const two = (first: string, second: string, hook: object = {}) =>
    onTab([
      ...automation(first, { hook }).slice(1),
      trigger({ id: 'trigger2', name: 'other', pattern: '^other$', wires: [['template2']] }),
      template(TEMPLATE, { id: 'template2', wires: [['sender2']] }),
      sender({ id: 'sender2', webhook: 'webhook2', wires: [[], []] }),
      webhook(second, { id: 'webhook2', name: 'other' }),
    ])

  it('#32 with 429 and Retry-After is left alone for so long, by everything that is for it, and nobody loses an attempt', async () => {
    let refusedAt = 0
    site.receiver.answer((request, response) => {
      if (refusedAt === 0) {
        refusedAt = request.at
        response.writeHead(429, { 'Retry-After': '2' })
      }
      response.end()
    })
    // with no retries at all: a refusal that took an attempt would be the end of the delivery
    await site.start(automation(site.receiver.url, { hook: { schedule: '' } }))
    await site.accept('first')
    await site.arrived(['first'])
    const others = ids('e', 20)
    for (const id of others) await site.accept(id)
    await site.until('delivered', 21)
    const waits = site.receiver.requests.slice(1).map(({ at }) => at - refusedAt)
    assert.ok(Math.min(...waits) >= 2000, `the next request came after ${Math.min(...waits)} ms`)
  })

  it('#36 that is gone (410) fails the delivery and pauses its webhook alone, until it is resumed', async () => {
    const other = await site.newReceiver()
    site.receiver.answer((_request, response) => {
      response.statusCode = 410
      response.end()
    })
    await site.start(two(site.receiver.url, other.url))
    await site.nodeRed.listen()
    await site.accept('gone')
    const [row] = await site.until('failed', 1)
    assert.equal(row?.error?.code, 'http_status')
    for (const id of ['one', 'two']) await site.accept(id)
    await site.accept('elsewhere', { alias: 'other' })
    await site.arrived(['elsewhere'], other)
    await site.until('pending', 2)
    assert.equal(site.receiver.requests.length, 1)
    await site.shows('sender', /2 waiting · .*(paused|410)/i)

    site.receiver.answer((_request, response) => response.end('ok'))
    await site.admin('POST', '/webhooks/webhook/resume', {})
    await site.arrived(['one', 'two'])
    assert.deepEqual(site.receiver.requests.slice(1).map(eventOf).sort(), ['one', 'two'])
  })

  it('#46 and answers nobody delays no other webhook', async () => {
    const good = await site.newReceiver()
    site.receiver.answer(() => {})
    await site.start(two(site.receiver.url, good.url))
    await site.post(ids('dead', 100).map((event_id) => event({ event_id })))
    await site.receiver.received(8, undefined, PATIENCE)
    const good100 = ids('good', 100)
    await site.post(good100.map((event_id) => event({ event_id, alias: 'other' })))
    await site.arrived(good100, good)
    assert.equal(site.receiver.requests.length, 8, 'the dead one still holds all it may hold')
  })

  it('#48 for everything gets a few probes, not everything again, and all of it when it is back', async () => {
    let down = true
    site.receiver.answer((_request, response) => {
      response.statusCode = down ? 503 : 200
      response.end()
    })
    await site.start(automation(site.receiver.url, { hook: { schedule: EACH_SECOND } }))
    const all = ids('e', 500)
    await site.post(all.map((event_id) => event({ event_id })))
    const open = /^artifact_automations_circuit_open\{.*webhook="webhook".*\} 1$/m
    await eventually(async () => open.test(await site.metrics()), 'the circuit does not open', PATIENCE)
    const hits = site.receiver.requests.length
    assert.ok(hits < 60, `${hits} requests to an endpoint that is down`)
    down = false
    await site.arrived(all)
    await site.until('pending', 0)
    assert.deepEqual(await site.deliveries('status=failed'), [])
  })

  it('#51 while Node-RED is suspended gets what was due meanwhile once, when it goes on', async () => {
    let down = true
    site.receiver.answer((_request, response) => {
      response.statusCode = down ? 503 : 200
      response.end()
    })
    const { pid } = await site.start(automation(site.receiver.url, { hook: { schedule: EACH_SECOND } }))
    for (const id of ids('e', 5)) await site.accept(id)
    await site.receiver.received(5, undefined, PATIENCE)
    process.kill(pid, 'SIGSTOP')
    down = false
    const before = site.receiver.requests.length
    await passed(2_500)
    process.kill(pid, 'SIGCONT')
    await site.until('delivered', 5)
    assert.equal(site.receiver.requests.length - before, 5)
  })
})
