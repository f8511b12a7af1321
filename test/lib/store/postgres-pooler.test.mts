import assert from 'node:assert/strict'
import pg from 'pg'
import { planDatabase } from '../../../dist/lib/store/postgres/settings.js'
import { PostgresStore } from '../../../dist/lib/store/postgres/store.js'
import { Pooler } from '../../harness/pooler.mts'
import { type PostgresServer, startPostgres } from '../../harness/postgres.mts'
import { delivered, end, leaseOf, NOON, record, start, wish } from './make.mts'

describe('behind a pooler in transaction mode', () => {
  let server: PostgresServer
  let pooler: Pooler
  before(async () => {
    server = await startPostgres()
    pooler = await Pooler.before(server, 3)
  })
  after(async () => {
    await pooler?.end()
    await server?.stop()
  })

  it('nothing of a session is left for the next transaction, and a transaction is one', async () => {
    const client = new pg.Client({ connectionString: server.url(undefined, pooler.port) })
    await client.connect()
    const asked = async (sql: string) => (await client.query(sql)).rows[0]
    try {
      await client.query("SET application_name = 'mine'")
      await client.query('CREATE TEMPORARY TABLE mine ()')
      await assert.rejects(client.query('SELECT * FROM mine'), /does not exist/)
      const pids = new Set<number>()
      for (let index = 0; index < 3; index += 1) pids.add((await asked('SELECT pg_backend_pid() AS pid')).pid)
      assert.equal(pids.size, 3)
      await client.query('BEGIN')
      const { pid } = await asked('SELECT pg_backend_pid() AS pid')
      assert.equal((await asked('SELECT pg_backend_pid() AS pid')).pid, pid)
      await client.query('COMMIT')
      assert.notEqual((await asked('SELECT pg_backend_pid() AS pid')).pid, pid)
    } finally {
      await client.end()
    }
  })

  it('#114 two instances have leases, order and counts as they have without one', async () => {
    const plan = () => planDatabase({ connectionString: server.url(undefined, pooler.port), schema: 'pooled' }, {})
    const stores = [new PostgresStore({ plan }), new PostgresStore({ plan })] as const
    const [one, other] = stores
    await Promise.all(stores.map((store) => store.open(start())))
    try {
      const lease = await leaseOf(one, 'webhook/hook')
      assert.equal(other.want('webhook/hook'), null)
      await Promise.all(Array.from({ length: 40 }, (_, index) => stores[index % 2]!.enqueue(record(`d${index}`))))
      const { deliveries } = await one.claim(lease, wish({ limit: 100 }))
      assert.equal(deliveries.length, 40)
      await Promise.all(deliveries.map((delivery) => one.record(delivered(delivery))))
      await one.giveBack('webhook/hook')
      const taken = await leaseOf(other, 'webhook/hook')
      assert.deepEqual((await other.claim(taken, wish())).deliveries, [])
      await assert.rejects(one.claim(lease, wish()), { code: 'lease_lost' })
      const sums = await other.statistics.webhookSums(['hook'], NOON - 3_600_000)
      assert.equal(sums[0]?.delivered, 40)
    } finally {
      for (const store of stores) await store.close(end())
    }
  })
})
