import assert from 'node:assert/strict'
import { planDatabase } from '../../../dist/lib/store/postgres/settings.js'
import { PostgresStore } from '../../../dist/lib/store/postgres/store.js'
import { type PostgresServer, startPostgres } from '../../harness/postgres.mts'
import { delivered, end, event, leaseOf, NOON, record, start, wish } from './make.mts'

const MANY = 20_000
const SLICE = 1_000

// The judge is PostgreSQL's own count of the rows that it read.
describe('a store in a PostgreSQL that has not analysed its tables yet', () => {
  let server: PostgresServer
  before(async () => {
    server = await startPostgres({ autovacuum: 'off' })
  })
  after(() => server.stop())

  it('reads no more of many events than of few, whatever is taken in, sent and looked for', async () => {
    const store = new PostgresStore({
      plan: () => planDatabase({ connectionString: server.url(), schema: 'plans' }, {}),
    })
    await store.open(start())
    try {
      for (let first = 0; first < MANY; first += SLICE) {
        const events = Array.from({ length: SLICE }, (_, index) => event(`event of ${first + index}`))
        const accepted = { source: 'source', receivedAt: NOON, routed: true, fires: ['auto'], reaches: true }
        await store.putEvents(events.map((each) => ({ ...accepted, event: each })))
      }
      const lease = await leaseOf(store, 'webhook/hook')
      await server.query('SELECT pg_stat_reset()')

      const ids = Array.from({ length: 50 }, (_, index) => String(MANY - 1 - index))
      await Promise.all(ids.map((id) => store.enqueue(record(id))))
      const { deliveries } = await store.claim(lease, wish())
      assert.equal(deliveries.length, 50)
      await Promise.all(deliveries.map((each) => store.record(delivered(each))))
      await store.beat(NOON)
      assert.deepEqual(await store.unroutedEvents(0, 100), [])

      assert.ok((await read('deliveries')) >= 50)
      assert.ok((await read('events')) < 1_000, `${await read('events')} events were read`)
    } finally {
      await store.close(end())
    }
  })

  /** Rows of a table, by the sessions that it ends: each tells then what it did. */
  async function read(table: string): Promise<number> {
    await server.query(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'artifact-automations'",
    )
    const [row] = await server.query<{ count: string }>(
      `SELECT seq_tup_read + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes i WHERE i.relid = t.relid) AS count
       FROM pg_stat_user_tables t WHERE schemaname = 'plans' AND relname = $1`,
      [table],
    )
    return Number(row!.count)
  }
})
