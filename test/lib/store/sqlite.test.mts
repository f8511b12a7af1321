import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteStore } from '../../../dist/lib/store/sqlite/store.js'
import { conforms, type StorePlace } from './conformance.mts'
import { keepsIds } from './conformance-ids.mts'
import { findsRight } from './conformance-search.mts'
import { setsAside } from './conformance-set-aside.mts'
import { countsRight } from './conformance-statistics.mts'
import { knowsTwins } from './conformance-two-ways.mts'
import { copyAsKilled } from './killed.mts'

const place = async (): Promise<StorePlace> => {
  const dir = await mkdtemp(join(tmpdir(), 'artifact-store-'))
  let copies = 0
  let path = join(dir, 'store.db')
  const left: SqliteStore[] = []
  return {
    store: () => new SqliteStore({ path, ballastBytes: 4096 }),
    kill: (store) => {
      path = copyAsKilled(path, join(dir, `copy-${++copies}`))
      left.push(store as SqliteStore)
    },
    remove: async () => {
      for (const store of left) store.closeNow({ now: 0, suspectSince: 0, started: [] })
      await rm(dir, { recursive: true })
    },
  }
}

conforms('SQLite', place)
countsRight('SQLite', place)
knowsTwins('SQLite', place)
keepsIds('SQLite', place)
findsRight('SQLite', place)
setsAside('SQLite', place)
