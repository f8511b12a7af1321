import assert from 'node:assert/strict'
import type { Change } from '../../../dist/lib/store/ownership.js'
import { planDatabase } from '../../../dist/lib/store/postgres/settings.js'
import { PostgresStore } from '../../../dist/lib/store/postgres/store.js'
import type { Opening } from '../../../dist/lib/store/store.js'
import { eventually } from '../../e2e/harness/wait.mts'
import { Network } from '../../harness/network.mts'
import { type PostgresServer, startPostgres } from '../../harness/postgres.mts'
import { delivered, end, event, leaseOf, NOON, record, start, wish } from './make.mts'

interface One {
  readonly store: PostgresStore
  readonly opening: Opening
  readonly heard: Change[]
  readonly network: Network
}

describe('what instances of a PostgreSQL store had in hand when another took it for dead', () => {
  let server: PostgresServer
  const all: One[] = []

  async function opened(): Promise<One> {
    const network = await Network.to(server.port)
    const plan = planDatabase({ connectionString: server.url(undefined, network.port), schema: 'owners' }, {})
    const store = new PostgresStore({ plan: () => plan })
    const heard: Change[] = []
    store.onChange((change) => void heard.push(change))
    const opening = await store.open(start())
    const one = { store, opening, heard, network }
    all.push(one)
    return one
  }
  const rows = (sql: string) => server.query<Record<string, unknown>>(sql)
  /** It says nothing for a minute, though it lives. */
  async function takenForDead(one: One, by: One): Promise<void> {
    one.network.pullCable()
    await by.store.beat(NOON)
    await rows(`UPDATE owners.instances SET seen_at = seen_at - 60000
      WHERE seen_at < (SELECT max(seen_at) FROM owners.instances)`)
    await by.store.beat(NOON)
  }
  async function comesBack({ store, network }: One): Promise<void> {
    network.plugIn()
    const beats = () =>
      store.beat(NOON).then(
        () => true,
        () => false,
      )
    await eventually(beats, 'it does not come back')
  }
  const put = (one: One, ...ids: string[]) =>
    one.store.putEvents(ids.map((id) => ({ source: 'src', event: event(id), receivedAt: NOON, routed: true })))
  const taken = async (one: One, id: string) => {
    const found = await one.store.unroutedEvents(0, 10)
    const { seq } = found.find((each) => each.event.event_id === id) ?? assert.fail(`${id} waits for the flows`)
    return { kind: 'event', seq } as const
  }
  const ends = async () => (await rows('SELECT ends, routed, blamed IS NOT NULL AS blamed FROM owners.events'))[0]

  before(async () => {
    server = await startPostgres()
  })
  afterEach(async () => {
    for (const { store, network } of all.splice(0)) {
      network.plugIn()
      await store.close(end()).catch(() => {})
      await network.end()
    }
    await server.query('DROP SCHEMA IF EXISTS owners CASCADE')
  })
  after(() => server.stop())

  it('is not to blame when that comes back: it had not ended', async () => {
    const [one, other] = [await opened(), await opened()]
    await put(one, 'e')
    await takenForDead(one, other)
    const suspect = await taken(other, 'e')
    assert.equal(other.opening.suspects?.has(suspect), true)
    await comesBack(one)
    await takenForDead(other, one)
    assert.deepEqual(await ends(), { ends: 2, routed: 0, blamed: true })
    await comesBack(other)
    assert.deepEqual(await ends(), { ends: 1, routed: 0, blamed: false })
  })

  it('goes on when that comes back, though it was set aside meanwhile', async () => {
    const [one, other] = [await opened(), await opened()]
    await put(one, 'e')
    await leaseOf(one.store, 'webhook/hook')
    await one.store.enqueue(record('d'))
    await rows('UPDATE owners.events SET ends = 2, routed = 2, instance = NULL')
    await rows('UPDATE owners.deliveries SET ends = 2')
    const suspect = await taken(one, 'e')
    const [claimed] = (await one.store.claim(await leaseOf(one.store, 'webhook/hook'), wish())).deliveries
    await one.opening.suspects?.take(suspect)
    await one.opening.suspects?.take({ kind: 'delivery', seq: claimed!.seq })
    await takenForDead(one, other)
    const [told] = other.heard.flatMap((change) => (change.kind === 'aside' ? change.setAside : []))
    assert.deepEqual(told, { kind: 'delivery', id: 'd' })
    assert.equal((await other.store.event('src', 'e'))?.isAside, true)
    assert.equal((await other.store.delivery('d'))?.delivery.status, 'failed')
    const counts = other.heard.flatMap((change) => (change.kind === 'deliveries' ? [change.count] : []))
    assert.ok(counts.includes(-1), 'it has one less to send')
    await comesBack(one)
    assert.equal((await other.store.event('src', 'e'))?.isAside, undefined)
    assert.equal((await other.store.delivery('d'))?.delivery.status, 'pending')
    assert.deepEqual(await other.store.pending(), [{ webhook: 'hook', sender: 'send', count: 1 }])
    assert.equal((await taken(other, 'e')).seq, suspect.seq)
  })

  it('is not aside any more when one that lives had it in hand too, and handled it', async () => {
    const [one, other] = [await opened(), await opened()]
    await put(one, 'e')
    await rows('UPDATE owners.events SET ends = 2, routed = 2, instance = NULL')
    const suspect = await taken(one, 'e')
    await one.opening.suspects?.take(suspect)
    await takenForDead(one, other)
    assert.equal((await other.store.event('src', 'e'))?.isAside, true)
    other.opening.suspects?.clear(suspect)
    await other.store.suspectEvents(2 * NOON)
    assert.equal((await other.store.event('src', 'e'))?.isAside, undefined)
  })

  it('is waited for while another one has it, or until that is known to be dead', async () => {
    const [one, other] = [await opened(), await opened()]
    await put(one, 'e')
    const { seq } = (await one.store.event('src', 'e'))!
    const suspect = { kind: 'event', seq } as const
    await one.opening.suspects?.doubt?.(suspect)
    await one.opening.suspects?.take(suspect)
    let known = false
    const doubted = other.opening.suspects?.doubt?.(suspect).then(() => {
      known = true
    })
    await other.store.beat(NOON)
    assert.equal(known, false)
    await takenForDead(one, other)
    await doubted
    assert.equal(other.opening.suspects?.isAccused(suspect), true)
  })

  it('costs nothing where nothing ended: no row is written for what is no suspect', async () => {
    const one = await opened()
    const lease = await leaseOf(one.store, 'webhook/hook')
    await put(one, 'e')
    await one.store.enqueue(record('d', { event: event('e') }))
    const { deliveries } = await one.store.claim(lease, wish())
    assert.equal(one.opening.suspects?.has({ kind: 'delivery', seq: deliveries[0]!.seq }), false)
    await one.store.record(delivered(deliveries[0]!))
    assert.deepEqual(await rows('SELECT * FROM owners.in_hand'), [])
  })
})
