import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { DeliveryDetail } from '../../../dist/lib/store/delivery-queue.js'
import { MIGRATIONS, Tables } from '../../../dist/lib/store/postgres/schema.js'
import { planDatabase } from '../../../dist/lib/store/postgres/settings.js'
import { PostgresStore } from '../../../dist/lib/store/postgres/store.js'
import { SqliteStore } from '../../../dist/lib/store/sqlite/store.js'
import { runDatabaseCommand } from '../../../dist/nodes/command/database.js'
import { type PostgresServer, startPostgres } from '../../harness/postgres.mts'
import { delivered, end, event, leaseOf, NOON, record, retried, start, wish } from './make.mts'

const pick = ({ delivery, payload, log }: DeliveryDetail) => ({ delivery, payload, log })

describe('the command artifact-automations database', () => {
  let server: PostgresServer
  before(async () => {
    server = await startPostgres()
  })
  after(() => server.stop())

  async function run(...argv: string[]) {
    const [out, told]: [string[], string[]] = [[], []]
    const status = await runDatabaseCommand(argv, {
      env: { DATABASE_URL: server.url() },
      read: () => assert.fail('it reads no file'),
      now: () => new Date(),
      out: (line) => out.push(line),
      report: (line) => told.push(line),
    })
    return { status, out: out.join('\n'), told: told.join('\n') }
  }

  it('prints what makes the tables, for a user who may not make them; then that user needs no more', async () => {
    await server.query("CREATE ROLE worker LOGIN PASSWORD 'w0rker'")
    const url = server.url().replace(/\/\/.*@/, '//worker:w0rker@')
    const lacking = await run('check', '--schema', 'by "hand"', '--database', url)
    assert.equal(lacking.status, 1)
    assert.match(lacking.told, /may not make them/)
    const { out } = await run('sql', '--schema', 'by "hand"')
    await server.query(out)
    assert.match((await run('check', '--schema', 'by "hand"', '--database', url)).told, /does not let its user/)
    await server.query('GRANT USAGE ON SCHEMA "by ""hand""" TO worker')
    await server.query('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "by ""hand""" TO worker')
    const { status, out: found } = await run('check', '--schema', 'by "hand"', '--database', url)
    assert.equal(status, 0, found)
    assert.match(found, /up to date/)
    const store = new PostgresStore({ plan: () => planDatabase({ connectionString: url, schema: 'by "hand"' }, {}) })
    await store.open(start())
    await store.close(end())
  })

  it('prints what brings tables of an older version up to date, with what is in them, and does nothing to those of today', async () => {
    const tables = new Tables('older')
    await server.query(`CREATE SCHEMA older; ${tables.in(MIGRATIONS[0]!)}`)
    await server.query("INSERT INTO older.meta (key, value) VALUES ('version', 1)")
    await server.query("INSERT INTO older.cursors (key, value) VALUES ('k', '1')")
    const { out } = await run('sql', '--schema', 'older')
    for (let time = 0; time < 2; time += 1) {
      await server.query(out)
      assert.match((await run('check', '--schema', 'older')).out, /up to date/)
    }
    assert.deepEqual(await server.query('SELECT value FROM older.cursors'), [{ value: '1' }])
  })

  for (let version = 1; version < MIGRATIONS.length; version += 1) {
    it(`is not needed where Node-RED may change its tables: those of version ${version} are brought up to date`, async () => {
      const schema = `version ${version}`
      const tables = new Tables(schema)
      const steps = MIGRATIONS.slice(0, version).map((step) => tables.in(step))
      await server.query(`CREATE SCHEMA ${tables.schema}; ${steps.join('')}`)
      await server.query(tables.in(`INSERT INTO @meta (key, value) VALUES ('version', ${version})`))
      await server.query(tables.in("INSERT INTO @cursors (key, value) VALUES ('k', '1')"))
      const store = new PostgresStore({ plan: () => planDatabase({ connectionString: server.url(), schema }, {}) })
      await store.open(start())
      assert.equal((await store.cursor('k')).value, '1')
      await store.close(end())
      assert.match((await run('check', '--schema', schema)).out, /up to date/)
    })
  }

  it('says what will be, where nothing is yet, and changes nothing', async () => {
    const { status, out } = await run('check')
    assert.equal(status, 0)
    assert.match(out, /Node-RED makes them when it starts/)
    assert.deepEqual(await server.query("SELECT 1 FROM pg_namespace WHERE nspname = 'artifact_automations'"), [])
  })

  it('says that a database is read-only, which no Node-RED can use', async () => {
    await server.query("CREATE ROLE reader LOGIN SUPERUSER PASSWORD 'r3ader'")
    await server.query('ALTER ROLE reader SET default_transaction_read_only = on')
    const { status, told } = await run('check', '--database', server.url().replace(/\/\/.*@/, '//reader:r3ader@'))
    assert.match(told, /is read-only/)
    assert.equal(status, 1)
  })

  it('says whose tables have to be changed by an administrator, and where tables may not be made', async () => {
    await server.query("CREATE ROLE guest LOGIN PASSWORD 'gu3st'")
    const [row] = await server.query('SELECT current_database() AS name')
    await server.query(`GRANT CREATE ON DATABASE ${JSON.stringify(row!['name'])} TO guest`)
    const url = server.url().replace(/\/\/.*@/, '//guest:gu3st@')
    await server.query(`CREATE SCHEMA behind; ${new Tables('behind').in(MIGRATIONS[0]!)}`)
    await server.query("INSERT INTO behind.meta (key, value) VALUES ('version', 1)")
    await server.query('GRANT ALL ON SCHEMA behind TO guest; GRANT ALL ON ALL TABLES IN SCHEMA behind TO guest')
    await server.query('CREATE SCHEMA empty')
    for (const schema of ['behind', 'empty']) {
      const { status, told } = await run('check', '--schema', schema, '--database', url)
      assert.match(told, /this user may not/)
      assert.equal(status, 1)
      const store = new PostgresStore({ plan: () => planDatabase({ connectionString: url, schema }, {}) })
      await assert.rejects(store.open(start()), /does not let its user/)
      await store.close(end())
    }
    assert.equal((await run('check', '--schema', 'of its own', '--database', url)).status, 0)
  })

  it('says why it cannot be used, without the address', async () => {
    const { status, told } = await run('check', '--database', 'postgres://us:s3cret@127.0.0.1:1/x')
    assert.equal(status, 1)
    assert.match(told, /cannot be reached/)
    assert.ok(!told.includes('s3cret'))
  })

  const other = (change: (url: URL) => void) => {
    const url = new URL(server.url())
    change(url)
    return url.href
  }
  const OUTCOMES: [what: string, address: () => string, status: number, words: RegExp][] = [
    ['that nobody answers', () => other((url) => (url.port = '1')), 1, /cannot be reached\. See that it runs/],
    [
      'that the password is wrong',
      () => other((url) => (url.password = 'wr0ng')),
      1,
      /the user or the password of the address/,
    ],
    ['that there is no such database', () => server.url('nowhere'), 1, /that the address names does not exist/],
    ['that it speaks no TLS', () => other((url) => (url.search = '?sslmode=require')), 1, /the address asks for it/],
    ['that it is no address', () => 'mysql://us:s3cret@db/name', 2, /must begin with postgres:/],
  ]
  for (const [what, address, expected, words] of OUTCOMES) {
    for (const call of ['check', 'import']) {
      it(`says to whoever calls ${call} ${what}, and promises nothing that only a Node-RED does`, async () => {
        const folder = mkdtempSync(path.join(tmpdir(), 'artifact-import-'))
        const file = path.join(folder, 'store.db')
        try {
          const sqlite = new SqliteStore({ path: file, ballastBytes: 4096 })
          await sqlite.open(start())
          await sqlite.close(end())
          const more = call === 'import' ? ['--from', file] : []
          const { status, told } = await run(call, ...more, '--database', address())
          const [sentence = ''] = told.split('\n\n')
          assert.equal(status, expected, told)
          assert.match(sentence, words)
          assert.doesNotMatch(sentence, /by itself|tried again|settings?\b|restart|s3cret|wr0ng/)
        } finally {
          rmSync(folder, { recursive: true, force: true })
        }
      })
    }
  }

  it('says that a newer version has changed the tables, and what to update', async () => {
    await server.query('CREATE SCHEMA newer; CREATE TABLE newer.meta (key text PRIMARY KEY, value bigint)')
    await server.query("INSERT INTO newer.meta VALUES ('version', 99)")
    const { status, told } = await run('check', '--schema', 'newer')
    assert.equal(status, 1)
    assert.match(told, /changed by a newer version of this package .* Update this package; nothing was touched\.$/m)
  })

  it('takes a file along, in slices, and again without doubling anything', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'artifact-import-'))
    const file = path.join(folder, 'store.db')
    try {
      const sqlite = new SqliteStore({ path: file, ballastBytes: 4096 })
      await sqlite.open(start())
      const many = Array.from({ length: 1_100 }, (_, index) => `e${index}`)
      await sqlite.putEvents(
        many.map((id) => ({
          source: 'src',
          event: event(id, { alias: 'a\0b' }),
          receivedAt: NOON,
          routed: true,
          fires: ['auto'],
        })),
        { key: 'watch/x', expected: null, next: '1', parts: new Map([['part', 'text']]) },
      )
      for (const id of ['sent', 'fails', 'waits']) await sqlite.enqueue(record(id, { event: event('e1') }))
      const { deliveries } = await sqlite.claim(await leaseOf(sqlite, 'webhook/hook'), wish({ limit: 2 }))
      await sqlite.record(delivered(deliveries[0]!))
      await sqlite.record(retried(deliveries[1]!, NOON + 60_000))
      await sqlite.changeWebhook('hook', { paused: 'By hand.' })
      const busy = await run('import', '--from', file, '--schema', 'moved')
      assert.equal(busy.status, 1)
      assert.match(busy.told, /in use by another process\. Stop its Node-RED/)
      const before = [await sqlite.delivery('sent'), await sqlite.delivery('fails')]
      const counted = await sqlite.statistics.hours({ since: 0, until: NOON * 2 })
      await sqlite.close(end())

      assert.match(
        (await run('import', '--from', file, '--schema', 'moved')).out,
        /1100 of 1100 events[\s\S]*3 of 3 deliveries/,
      )
      assert.match(
        (await run('import', '--from', file, '--schema', 'moved')).out,
        /0 of 1100 events[\s\S]*0 of 3 deliveries/,
      )

      const plan = () => planDatabase({ connectionString: server.url(), schema: 'moved' }, {})
      const store = new PostgresStore({ plan })
      await store.open(start())
      for (const one of before) {
        const { delivery, payload, log, event: told } = (await store.delivery(one!.delivery.id))!
        assert.deepEqual({ delivery, payload, log, told }, { ...pick(one!), told: one!.event })
      }
      assert.deepEqual(await store.statistics.hours({ since: 0, until: NOON * 2 }), counted)
      assert.deepEqual(await store.pending(), [{ webhook: 'hook', sender: 'send', count: 2 }])
      assert.equal((await store.webhookStates()).get('hook')?.paused, 'By hand.')
      assert.deepEqual(await store.cursor('watch/x'), { value: '1', parts: new Map([['part', 'text']]) })
      const claimed = await store.claim(await leaseOf(store, 'webhook/hook'), wish())
      assert.deepEqual(
        claimed.deliveries.map(({ id }) => id),
        ['waits'],
      )
      await store.close(end())
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    assert.equal((await run('import', '--from', file)).status, 1, 'a file that is not there')
    assert.equal((await run('import')).status, 2)
  })

  it('takes along what had not settled in a file that nobody closed, and leaves alone what was set aside', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'artifact-import-'))
    const file = path.join(folder, 'store.db')
    try {
      const sqlite = new SqliteStore({ path: file, ballastBytes: 4096 })
      await sqlite.open(start())
      const at = { settled: NOON - 300_000, aside: NOON - 200_000, unsure: NOON - 30_000, late: NOON - 1_000 }
      for (const [id, receivedAt] of Object.entries(at)) {
        await sqlite.putEvents([{ source: 'src', event: event(id), receivedAt, routed: true }])
      }
      await sqlite.close(end())
      const db = new DatabaseSync(file)
      db.exec("UPDATE events SET routed = 3 WHERE event_id = 'aside'; UPDATE meta SET value = 0 WHERE key = 'clean'")
      db.close()
      assert.equal((await run('import', '--from', file, '--schema', 'crashed')).status, 0)

      const plan = () => planDatabase({ connectionString: server.url(), schema: 'crashed' }, {})
      const store = new PostgresStore({ plan })
      await store.open(start())
      const waiting = await store.unroutedEvents(0, 100)
      assert.deepEqual(
        waiting.map(({ event, suspect }) => [event.event_id, suspect]),
        [
          ['unsure', true],
          ['late', false],
        ],
      )
      assert.equal((await store.event('src', 'aside'))?.isAside, true)
      await store.close(end())
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('explains itself when it is called wrongly', async () => {
    for (const argv of [[], ['drop'], ['sql', 'more'], ['check', '--nothing'], ['check', '--database', 'mysql://x']]) {
      const { status, told } = await run(...argv)
      assert.equal(status, 2, argv.join(' '))
      assert.match(told, /artifact-automations database sql/)
    }
    assert.equal((await run('--help')).status, 0)
  })
})
