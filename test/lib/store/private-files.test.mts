import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteStore } from '../../../dist/lib/store/sqlite/store.js'
import { end, event, NOON, start } from './make.mts'

/** What a store keeps of events and payloads is for the user alone under whom Node-RED runs. */
describe('the files of a store', () => {
  let dir: string
  let before: number
  const opened: SqliteStore[] = []
  beforeEach(() => {
    // what many a service and every container starts with
    before = process.umask(0o000)
    dir = mkdtempSync(join(tmpdir(), 'artifact-private-'))
  })
  afterEach(() => {
    for (const store of opened.splice(0)) store.closeNow(end())
    rmSync(dir, { recursive: true })
    process.umask(before)
  })

  async function opens(file: string, folder?: string): Promise<SqliteStore> {
    const store = new SqliteStore({ path: file, ballastBytes: 4096, ...(folder !== undefined && { folder }) })
    opened.push(store)
    await store.open(start())
    await store.putEvents([{ source: 'src', event: event('a'), receivedAt: NOON, routed: true }])
    return store
  }
  const rights = (place: string) => (statSync(place).mode & 0o777).toString(8)
  const all = (folder: string) =>
    Object.fromEntries(readdirSync(folder).map((name) => [name, rights(join(folder, name))]))

  it('can be read by their owner alone, the log and the ballast too, in a folder of that kind', async () => {
    const folder = join(dir, 'deep', 'folder')
    await opens(join(folder, 'store.db'))
    assert.deepEqual(all(folder), { 'store.db': '600', 'store.db-wal': '600', 'store.db.ballast': '600' })
    assert.equal(rights(folder), '700')
    assert.equal(rights(join(dir, 'deep')), '700')
  })

  it('are closed to others when an older version left them open, with the folder of stores', async () => {
    const folder = join(dir, 'folder')
    const file = join(folder, 'store.db')
    const store = await opens(file, folder)
    await store.close(end())
    writeFileSync(`${file}-wal`, '')
    for (const place of [file, `${file}-wal`, `${file}.ballast`]) chmodSync(place, 0o644)
    chmodSync(folder, 0o755)
    await opens(file, folder)
    assert.deepEqual(new Set(Object.values(all(folder))), new Set(['600']))
    assert.equal(rights(folder), '700')
  })

  it('are kept so when the log and the ballast are made anew', async () => {
    const file = join(dir, 'store.db')
    await opens(file)
    rmSync(`${file}.ballast`)
    await opened[0]?.probe(NOON)
    assert.equal(rights(`${file}.ballast`), '600')
    await opened[0]?.close(end())
    await opens(file)
    assert.equal(rights(`${file}-wal`), '600')
  })

  it('leave a folder as it is that a person chose', async () => {
    chmodSync(dir, 0o755)
    await opens(join(dir, 'own.db'))
    assert.equal(rights(dir), '755')
    assert.equal(rights(join(dir, 'own.db')), '600')
  })

  it('are not made where a folder stands, which is said', async () => {
    mkdirSync(join(dir, 'own.db'))
    await assert.rejects(opens(join(dir, 'own.db')), { code: 'store_unavailable', message: /a folder stands there/ })
    assert.deepEqual(readdirSync(join(dir, 'own.db')), [])
  })

  it("keep the rights of a file that is another application's", async () => {
    const file = join(dir, 'other.db')
    const { DatabaseSync } = await import('node:sqlite')
    const other = new DatabaseSync(file)
    other.exec('CREATE TABLE t (a)')
    other.close()
    chmodSync(file, 0o644)
    await assert.rejects(opens(file), { message: /another application's/ })
    assert.equal(rights(file), '644')
  })
})
