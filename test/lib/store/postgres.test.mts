import { planDatabase } from '../../../dist/lib/store/postgres/settings.js'
import { PostgresStore } from '../../../dist/lib/store/postgres/store.js'
import { Network } from '../../harness/network.mts'
import { type PostgresServer, startPostgres } from '../../harness/postgres.mts'
import { conforms, type StorePlace } from './conformance.mts'
import { keepsIds } from './conformance-ids.mts'
import { findsRight } from './conformance-search.mts'
import { setsAside } from './conformance-set-aside.mts'
import { countsRight } from './conformance-statistics.mts'
import { knowsTwins } from './conformance-two-ways.mts'
import { end } from './make.mts'

let server: PostgresServer

/** Its name needs quoting. */
const schema = 'Our "own" schema'
const quoted = schema.replaceAll('"', '""')

/** The same tables for each test, empty. */
const place = async (): Promise<StorePlace> => {
  const tables = await server.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 AND tablename <> 'meta'",
    [schema],
  )
  const names = tables.map(({ name }) => `"${quoted}".${name}`)
  if (names.length > 0) await server.query(`TRUNCATE ${names.join(', ')}`)
  if (names.length > 0) await server.query(`DELETE FROM "${quoted}".meta WHERE key <> 'version'`)
  const ways = new Map<unknown, Network>()
  return {
    store: () => {
      let network: Network
      const store = new PostgresStore({
        plan: () => planDatabase({ connectionString: server.url(undefined, network.port), schema, max: 3 }, {}),
      })
      const open = store.open.bind(store)
      store.open = async (start) => {
        network = await Network.to(server.port)
        ways.set(store, network)
        return open(start)
      }
      return store
    },
    kill: async (store) => {
      await ways.get(store)!.end()
      // as when the time has passed
      await server.query(`UPDATE "${quoted}".instances SET seen_at = seen_at - 60000`)
    },
    remove: async () => {
      for (const [store, network] of ways) {
        await network.end()
        await (store as PostgresStore).close(end()).catch(() => {})
      }
    },
  }
}

describe('a store in a real PostgreSQL', () => {
  before(async () => {
    server = await startPostgres()
  })
  after(() => server.stop())

  conforms('PostgreSQL', place)
  countsRight('PostgreSQL', place)
  knowsTwins('PostgreSQL', place)
  keepsIds('PostgreSQL', place)
  findsRight('PostgreSQL', place)
  setsAside('PostgreSQL', place)
})
