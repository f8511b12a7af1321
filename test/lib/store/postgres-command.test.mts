import assert from 'node:assert/strict'
import { planDatabase } from '../../../dist/lib/store/postgres/settings.js'
import { PostgresStore } from '../../../dist/lib/store/postgres/store.js'
import { runDatabaseCommand } from '../../../dist/nodes/command/database.js'
import { type PostgresServer, startPostgres } from '../../harness/postgres.mts'
import { end, start } from './make.mts'

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

  it('says what will be, where nothing is yet, and changes nothing', async () => {
    const { status, out } = await run('check')
    assert.equal(status, 0)
    assert.match(out, /Node-RED makes them when it starts/)
    assert.deepEqual(await server.query("SELECT 1 FROM pg_namespace WHERE nspname = 'artifact_automations'"), [])
  })

  it('says why it cannot be used, without the address', async () => {
    const { status, told } = await run('check', '--database', 'postgres://us:s3cret@127.0.0.1:1/x')
    assert.equal(status, 1)
    assert.match(told, /cannot be reached/)
    assert.ok(!told.includes('s3cret'))
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
