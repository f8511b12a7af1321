import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { setTimeout as passed } from 'node:timers/promises'
import { event } from '../nodes/automation.mts'
import { Cluster, stopServer } from './cluster.mts'
import { automation, eventOf, PATIENCE } from './site.mts'

/** The full run is FAULT_KILLS=100 FAULT_EVENTS=10000 FAULT_RESTARTS=20; a few of them belong to every test run. */
const KILLS = Number(process.env['FAULT_KILLS'] ?? 3)
const EVENTS = Number(process.env['FAULT_EVENTS'] ?? 400)
const RESTARTS = Number(process.env['FAULT_RESTARTS'] ?? 1)
/** Requests at once to one webhook, and what one transaction records of their results. */
const CONCURRENCY = 8
const COMMIT = 256
/** Senders that post at the same time, each one event after the other, to whichever of the two answers. */
const SENDERS = 4

describe(`two Node-RED on one PostgreSQL, one of them killed ${KILLS} times, the server ${RESTARTS} times, under ${EVENTS} events`, () => {
  const cluster = new Cluster()
  after(async () => {
    await cluster.clear()
    await stopServer()
  })

  it('#104 #106 send each event that they acknowledged, and no more than was on its way a second time', async function () {
    this.timeout(KILLS * 20_000 + 2 * PATIENCE)
    await cluster.prepare(2)
    const { receiver } = cluster.site(0)
    receiver.answer((_request, response) => setTimeout(() => response.end('ok'), 5))
    const flow = automation(receiver.url)
    await cluster.startAll(flow)
    await cluster.ready()
    const waiting = Array.from({ length: EVENTS }, (_, index) => `e${index}`).reverse()
    const acknowledged = new Set<string>()
    let open = true

    /** Who gets no answer posts the same event again, to the other one. */
    const send = async (first: number): Promise<void> => {
      for (let to = first; open && acknowledged.size < EVENTS; ) {
        const id = waiting.pop()
        if (id === undefined) return
        const answer = await cluster
          .site(to % 2)
          .post(event({ event_id: id }))
          .catch(() => null)
        if (answer?.status === 202) {
          acknowledged.add(id)
          continue
        }
        waiting.push(id)
        to += 1
        await passed(100)
      }
    }
    const sending = Promise.all(Array.from({ length: SENDERS }, (_, index) => send(index)))
    const restartAt = new Set(
      Array.from({ length: RESTARTS }, (_, index) => Math.floor(((index + 1) * KILLS) / (RESTARTS + 1))),
    )
    for (let kill = 0; kill < KILLS; kill += 1) {
      await passed(randomInt(400))
      const site = cluster.site(kill % 2)
      await site.kill()
      if (restartAt.has(kill)) {
        await cluster.server.crash()
        await passed(randomInt(300))
        await cluster.server.start()
      }
      // every other time the one that is left has to take over first
      if (kill % 2 === 0) await passed(randomInt(3_000))
      await cluster.start(kill % 2)
    }
    await sending
    await Promise.all(Array.from({ length: SENDERS }, (_, index) => send(index)))
    open = false
    assert.equal(acknowledged.size, EVENTS, 'every event was acknowledged in the end')
    await cluster.site(0).arrived(acknowledged)
    await cluster.site(0).until('pending', 0)

    const bodies = new Map<string, Set<string>>()
    const deliveries = new Map<string, Set<string>>()
    for (const request of receiver.requests) {
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
    const repeated = receiver.requests.length - EVENTS
    assert.ok(repeated <= (KILLS + RESTARTS) * (CONCURRENCY + COMMIT), `${repeated} requests were repeated`)
    if (process.env['FAULT_KILLS']) {
      process.stdout.write(
        `      ${KILLS} kills, ${RESTARTS} restarts, ${EVENTS} events: 0 lost, ${repeated} requests repeated\n`,
      )
    }
  })
})
