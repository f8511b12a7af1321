import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { setTimeout as passed } from 'node:timers/promises'
import { event } from '../nodes/automation.mts'
import { automation, eventOf, PATIENCE, useSite } from './site.mts'

/** The full run is FAULT_KILLS=100 FAULT_EVENTS=10000; a few of them belong to every test run. */
const KILLS = Number(process.env['FAULT_KILLS'] ?? 8)
const EVENTS = Number(process.env['FAULT_EVENTS'] ?? 800)
/** Requests at once to one webhook, and what one transaction records of their results. */
const CONCURRENCY = 8
const COMMIT = 64
/** Senders that post at the same time, each one event after the other. */
const SENDERS = 4

describe(`Node-RED that is killed with kill -9 ${KILLS} times, at any moment, under ${EVENTS} events`, () => {
  const site = useSite()

  it('#7 sends each event that it acknowledged, and no more than was on its way a second time', async function () {
    this.timeout(KILLS * 15_000 + PATIENCE)
    site.receiver.answer((_request, response) => setTimeout(() => response.end('ok'), 5))
    const flow = automation(site.receiver.url)
    const waiting = Array.from({ length: EVENTS }, (_, index) => `e${index}`).reverse()
    const acknowledged = new Set<string>()

    /** Posts one event after the other until it is killed; who gets no answer posts the same event again later. */
    const send = async (until: number): Promise<void> => {
      while (acknowledged.size < until) {
        const id = waiting.pop()
        if (id === undefined) return
        const answer = await site.post(event({ event_id: id })).catch(() => null)
        if (answer?.status === 202) acknowledged.add(id)
        else waiting.push(id)
        if (answer === null) return
      }
    }

    for (let life = 0; life < KILLS; life += 1) {
      await site.start(life === 0 ? flow : undefined)
      const share = Math.ceil((EVENTS * (life + 1)) / KILLS)
      const sending = Promise.all(Array.from({ length: SENDERS }, () => send(share)))
      // in half of its lives it is killed in the burst, in the others when it has taken its share
      if (life % 2 === 0) await passed(randomInt(200))
      else await Promise.race([sending, passed(PATIENCE, undefined, { ref: false })])
      await passed(randomInt(30))
      await site.kill()
      await sending
    }
    await site.start()
    await Promise.all(Array.from({ length: SENDERS }, () => send(EVENTS)))
    assert.equal(acknowledged.size, EVENTS, 'every event was acknowledged in the end')
    await site.arrived(acknowledged)
    await site.until('pending', 0)

    const bodies = new Map<string, Set<string>>()
    const deliveries = new Map<string, Set<string>>()
    for (const request of site.receiver.requests) {
      const id = String(request.headers['webhook-id'])
      bodies.set(id, (bodies.get(id) ?? new Set()).add(request.body.toString()))
      deliveries.set(eventOf(request), (deliveries.get(eventOf(request)) ?? new Set()).add(id))
    }
    assert.deepEqual(new Set(deliveries.keys()), acknowledged, 'what arrived is what was acknowledged')
    assert.ok(
      [...deliveries.values()].every((own) => own.size === 1),
      'one delivery of each event',
    )
    assert.ok(
      [...bodies.values()].every((own) => own.size === 1),
      'always with the same body',
    )
    const repeated = site.receiver.requests.length - EVENTS
    assert.ok(repeated <= KILLS * (CONCURRENCY + COMMIT), `${repeated} requests were repeated`)
    if (process.env['FAULT_KILLS']) {
      process.stdout.write(`      ${KILLS} kills, ${EVENTS} events: 0 lost, ${repeated} requests repeated\n`)
    }
  })
})
