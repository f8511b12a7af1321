import assert from 'node:assert/strict'
import pg from 'pg'
import { changeOf } from '../../../dist/lib/events/change.js'
import type { Change } from '../../../dist/lib/store/ownership.js'
import { Deltas } from '../../../dist/lib/store/postgres/counts.js'
import { Database } from '../../../dist/lib/store/postgres/database.js'
import { PUT_EVENTS } from '../../../dist/lib/store/postgres/events.js'
import { InHand } from '../../../dist/lib/store/postgres/in-hand.js'
import { KnownRequests } from '../../../dist/lib/store/postgres/requests.js'
import { planDatabase } from '../../../dist/lib/store/postgres/settings.js'
import { PostgresStore } from '../../../dist/lib/store/postgres/store.js'
import type { SweepCursor } from '../../../dist/lib/store/store.js'
import { Tally } from '../../../dist/lib/store/tally.js'
import { Network } from '../../harness/network.mts'
import { type PostgresServer, startPostgres } from '../../harness/postgres.mts'
import { delivered, end, event, leaseOf, NOON, record, start, wish } from './make.mts'

const HOOK = 'webhook/hook'

describe('owners of a PostgreSQL store', () => {
  let server: PostgresServer
  const open: PostgresStore[] = []
  const plan = (port?: number) => planDatabase({ connectionString: server.url(undefined, port), schema: 'owners' }, {})

  async function opened(more: { idleMs?: number } = {}): Promise<PostgresStore> {
    const store = new PostgresStore({ plan, ...more })
    await store.open(start())
    open.push(store)
    return store
  }
  const until = (store: PostgresStore, kind: Change['kind']) =>
    new Promise<Change>((resolve) => {
      const stop = store.onChange((change) => {
        if (change.kind !== kind) return
        stop()
        resolve(change)
      })
    })

  before(async () => {
    server = await startPostgres()
  })
  afterEach(async () => {
    for (const store of open.splice(0)) await store.close(end())
    await server.query('DROP SCHEMA IF EXISTS owners CASCADE')
  })
  after(() => server.stop())

  it('forget what nobody has had for long, and whoever wants it again is a later owner', async () => {
    const leases = () => server.query<{ thing: string }>('SELECT thing FROM owners.leases ORDER BY thing')
    const [one, other] = [await opened(), await opened({ idleMs: 50 })]
    await leaseOf(one, 'source/stays')
    const first = await leaseOf(one, HOOK)
    await one.giveBack(HOOK)
    for (const began = Date.now(); (await leases()).length > 1; ) {
      assert.ok(Date.now() - began < 20_000, 'its row is still there')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    assert.deepEqual(await leases(), [{ thing: 'source/stays' }])
    const again = await leaseOf(other, HOOK)
    assert.ok(again.fence > first.fence, `${again.fence} after ${first.fence}`)
  })

  it('keep a request as long as one of its attempts, and write it again when it is sent again', async () => {
    const one = await opened()
    const headers = (id: string, number: number) => ({
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(NOON / 1000)),
      'X-Automation-Attempt': String(number),
    })
    const send = async (id: string, url: string, at: number, store = one) => {
      await store.enqueue(record(id, { createdAt: at }))
      const { deliveries } = await store.claim(await leaseOf(store, HOOK), wish({ now: at }))
      const result = delivered(deliveries[0]!, { at })
      const request = { method: 'POST', url, headers: headers(id, 1) }
      await store.record({
        ...result,
        attempt: { ...result.attempt!, started_at: new Date(at).toISOString(), request },
      })
    }
    const DAY = 86_400_000
    const sweep = async (before: number) => {
      let from: SweepCursor | null = null
      do from = (await one.sweep({ deliveriesBefore: before, eventsBefore: before, from, limit: 100 })).next
      while (from !== null)
    }
    const urls = async () => {
      const rows = await server.query<{ json: string }>('SELECT json FROM owners.requests')
      return rows.map(({ json }) => (JSON.parse(json) as { url: string }).url).sort()
    }
    await send('old', 'https://old.example/', NOON)
    await send('both', 'https://now.example/', NOON)
    await send('young', 'https://now.example/', NOON + 2 * DAY)
    await send('last', 'https://now.example/', NOON + 3 * DAY)
    assert.deepEqual(await urls(), ['https://now.example/', 'https://old.example/'])
    await sweep(NOON + DAY)
    assert.deepEqual(await urls(), ['https://now.example/'])
    assert.equal((await one.delivery('young'))?.log[0]?.request?.url, 'https://now.example/')

    await one.giveBack(HOOK)
    await send('again', 'https://old.example/', NOON + 4 * DAY, await opened())
    assert.equal((await one.delivery('again'))?.log[0]?.request?.url, 'https://old.example/')
  })

  it('take a request for written so long only as an attempt with it is kept in any case', () => {
    let now = 1_000
    const known = new KnownRequests(() => now)
    known.add('{}')
    for (let minute = 0; minute < 9; minute += 1) {
      now += 60_000
      assert.equal(known.has('{}'), true)
      known.add('{}')
    }
    now += 60_000
    assert.equal(known.has('{}'), false)
  })

  it('have again what was forgotten just when somebody began to want it', async () => {
    const one = await opened({ idleMs: 50 })
    assert.ok(await leaseOf(one, 'source/other'))
    await server.query(
      `CREATE FUNCTION owners.never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$`,
    )
    await server.query(
      'CREATE TRIGGER never BEFORE INSERT ON owners.leases FOR EACH ROW EXECUTE FUNCTION owners.never()',
    )
    assert.equal(one.want(HOOK), null)
    await one.beat(NOON)
    assert.equal((await server.query('SELECT 1 FROM owners.leases WHERE thing = $1', [HOOK])).length, 0)
    await server.query('DROP TRIGGER never ON owners.leases')
    assert.ok(await leaseOf(one, HOOK))
  })

  it('let others have what one could not give back at first', async () => {
    const [one, other] = [await opened(), await opened()]
    await leaseOf(one, HOOK)
    await server.query(`CREATE FUNCTION owners.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'not now'; END $$`)
    await server.query(`CREATE TRIGGER refuse BEFORE UPDATE ON owners.leases FOR EACH ROW
      WHEN (NEW.owner IS NULL) EXECUTE FUNCTION owners.refuse()`)
    await assert.rejects(one.giveBack(HOOK), /not now/)
    await server.query('DROP TRIGGER refuse ON owners.leases')
    assert.ok(await leaseOf(other, HOOK))
  })

  it('let others have what one took without having heard that it did', async () => {
    await opened()
    await server.query(`INSERT INTO owners.leases (thing, fence, owner) SELECT $1, 1, id FROM owners.instances`, [HOOK])
    const other = await opened()
    assert.ok((await leaseOf(other, HOOK)).fence > 1)
  })

  it('are told how many deliveries there are when they come back as another instance', async () => {
    const [one, other] = [await opened(), await opened()]
    const change = until(one, 'pending')
    await other.enqueue(record('a'))
    await other.enqueue(record('b'))
    await server.query('DELETE FROM owners.instances WHERE id = (SELECT min(id) FROM owners.instances)')
    assert.deepEqual(await change, { kind: 'pending', counts: [{ webhook: 'hook', sender: 'send', count: 2 }] })
  })

  it('count what others did once: before they are asked, or as it is told', async () => {
    const [one, other] = [await opened(), await opened()]
    const told = async (id: string) => {
      const change = until(one, 'deliveries')
      await other.enqueue(record(id))
      return change
    }
    await told('a')
    assert.deepEqual(one.pendingAtOpening(), [{ webhook: 'hook', sender: 'send', count: 1 }])
    assert.deepEqual(await told('b'), { kind: 'deliveries', webhook: 'hook', sender: 'send', count: 1 })
    const late = await opened()
    assert.deepEqual(late.pendingAtOpening(), [{ webhook: 'hook', sender: 'send', count: 2 }])
  })

  it('do nothing more when the clock says that the machine has slept', async () => {
    const one = await opened()
    const lease = await leaseOf(one, HOOK)
    const { now } = Date
    try {
      Date.now = () => now() + 60_000
      assert.equal(one.want(HOOK), null)
    } finally {
      Date.now = now
    }
    assert.deepEqual(one.want(HOOK), lease)
  })

  it('get the events of one that others think is dead, and that does not know it yet', async () => {
    const other = await opened()
    const db = await Database.of(plan())
    const me = { id: 987_654, slot: 9 }
    await db.transaction((query) =>
      PUT_EVENTS.run({ query, me, tally: new Tally(), deltas: new Deltas(), tellOthers: () => {} }, [
        {
          events: [{ source: 'src', event: event('e'), receivedAt: NOON, routed: true }],
          cursor: undefined,
          ordered: false,
        },
      ]),
    )
    await db.close()
    const [found] = await other.unroutedEvents(0, 10)
    assert.deepEqual([found?.event.event_id, found?.suspect], ['e', true])
  })

  it('are not told to cancel what is over', async () => {
    const [one, other] = [await opened(), await opened()]
    const lease = await leaseOf(one, HOOK)
    await one.enqueue(record('a'))
    const { deliveries } = await one.claim(lease, wish())
    await other.takePending({ id: 'a' })
    await one.record(delivered(deliveries[0]!))
    assert.deepEqual(await server.query('SELECT cancel FROM owners.deliveries'), [{ cancel: false }])
  })

  it('keep what was written together with something that a lost lease refuses', async () => {
    const one = await opened()
    const [refused, stored] = await Promise.allSettled([
      one.reorder({ thing: HOOK, fence: 99 }, 'collection', NOON),
      one.putEvents([{ source: 'src', event: event('e'), receivedAt: NOON, routed: true }]),
    ])
    assert.equal(refused.status === 'rejected' && refused.reason.code, 'lease_lost')
    assert.equal(stored.status, 'fulfilled')
  })

  it('make one event of a change that one hears told while the other looks, however they race', async () => {
    const [one, other] = [await opened(), await opened()]
    const put = async (store: PostgresStore, way: 'told' | 'watched', id: string, alias: string) => {
      const heard = { way, change: changeOf('mlflow', event('', { alias })), since: NOON - 60_000 }
      const entry = { source: way, event: event(id, { alias }), receivedAt: NOON, routed: true, heard }
      return (await store.putEvents([entry]))[0]?.event.event_id
    }
    for (let round = 0; round < 30; round += 1) {
      const [told, watched] = await Promise.all([
        put(one, 'told', `t${round}`, `a${round}`),
        put(other, 'watched', `w${round}`, `a${round}`),
      ])
      assert.equal(told, watched)
      assert.equal(await put(other, 'told', `t${round}`, `a${round}`), told, 'told again, to the other one')
    }
  })

  it('find nothing under an id that no text of theirs can be', async () => {
    const one = await opened()
    const id = 'a\0'
    assert.equal(await one.delivery(id), null)
    assert.deepEqual((await one.takePending({ id })).taken, [])
    for (const filter of [{ automation: id }, { webhook: id }, { automation: id, since: 1 }]) {
      assert.deepEqual((await one.deliveries(filter, { limit: 9 })).deliveries, [])
    }
    assert.deepEqual(await one.statistics.hours({ automation: id, since: 0, until: NOON }), [])
  })

  it('do again what another transaction was in the way of', async () => {
    const db = await Database.of(plan())
    let tries = 0
    const done = db.transaction(async (query) => {
      tries++
      if (tries < 3) await query(`DO $$ BEGIN RAISE EXCEPTION 'in the way' USING ERRCODE = '40P01'; END $$`)
      return tries
    })
    assert.equal(await done, 3)
    await assert.rejects(
      db.transaction((query) => query(`DO $$ BEGIN RAISE EXCEPTION 'always' USING ERRCODE = '40001'; END $$`)),
      { code: 'store_unavailable' },
    )
    await db.close()
  })

  it('ask a database that does not answer for nothing more', async () => {
    const network = await Network.to(server.port)
    const db = await Database.of(plan(network.port), 300)
    const asked: string[] = []
    const usual = pg.Client.prototype.query
    pg.Client.prototype.query = function (this: pg.Client, ...args: never[]) {
      asked.push(String(args[0]))
      return Reflect.apply(usual, this, args)
    } as never
    try {
      await assert.rejects(
        db.transaction(async (query) => {
          network.pullCable()
          await query('SELECT 1')
        }),
        { code: 'store_unavailable' },
      )
    } finally {
      pg.Client.prototype.query = usual
      await network.end()
      await db.close()
    }
    assert.deepEqual(asked.slice(1), ['SELECT 1'])
  })
})

describe('what an instance has in hand', () => {
  const lease = (fence: number) => ({ thing: HOOK, fence }) as const

  it('stays what it is when something of a lost lease is given back', () => {
    const hand = new InHand()
    hand.take([{ seq: 1, fence: 2 }])
    hand.give([{ seq: 1, fence: 1 }])
    assert.deepEqual(hand.of([lease(2)]), { leases: [lease(2)], seqs: [1] })
    assert.deepEqual(hand.of([lease(3)]).seqs, [], 'of a lost lease nothing is')
  })

  it('is not known of a lease under which a claim is on its way', async () => {
    const hand = new InHand()
    const claimed = hand.claiming(lease(1), Promise.resolve({ deliveries: [{ seq: 7, fence: 1 }] }))
    assert.deepEqual(hand.of([lease(1)]).leases, [])
    await claimed
    assert.deepEqual(hand.of([lease(1)]), { leases: [lease(1)], seqs: [7] })
    await assert.rejects(hand.claiming(lease(1), Promise.reject(new Error('lost'))), /lost/)
    assert.deepEqual(hand.of([lease(1)]).leases, [lease(1)])
  })
})
