import assert from 'node:assert/strict'
import { databaseFailure } from '../../../dist/lib/store/postgres/errors.js'
import { asksForDatabase, planDatabase } from '../../../dist/lib/store/postgres/settings.js'
import { PostgresStore } from '../../../dist/lib/store/postgres/store.js'
import { type PostgresServer, startPostgres } from '../../harness/postgres.mts'
import { start } from './make.mts'

const ADDRESS = 'postgres://us:s3cret%40x@db.example/name'

describe('the setting "database"', () => {
  it('is an address, or an object with it, or a variable of the environment', () => {
    const usual = { connectionString: ADDRESS, schema: 'artifact_automations', max: 10, ssl: undefined }
    assert.deepEqual(planDatabase(ADDRESS, {}), usual)
    assert.deepEqual(planDatabase('${DB}', { DB: ADDRESS }), usual)
    const own = { connectionString: 'postgresql:///name?host=/run/pg', schema: 'A "b"', max: 1, ssl: false }
    assert.deepEqual(planDatabase(own, {}), own)
  })

  it('is none when a variable is not set', () => {
    assert.deepEqual([undefined, null, '', ADDRESS].map(asksForDatabase), [false, false, true, true])
  })

  for (const [what, given, words] of [
    ['no text', 5432, /must be an address/],
    ['an empty text', '', /begin with postgres:/],
    ['another kind of database', 'mysql://us:s3cret@db/name', /begin with postgres:/],
    ['a text that is no URL', 'postgres://us:s3cret@db:port/name', /begin with postgres:/],
    ['a variable that is not set', '${DB}', /variable DB is not set/],
    ['an object without an address', { schema: 'x' }, /connectionString must be a text/],
    ['a member that does not exist', { connectionString: ADDRESS, host: 'x' }, /no member "host"/],
    ['a schema that is no name', { connectionString: ADDRESS, schema: '' }, /schema must be a name/],
    ['a schema that is PostgreSQL’s', { connectionString: ADDRESS, schema: 'pg_x' }, /belong to PostgreSQL/],
    ['a schema that is too long', { connectionString: ADDRESS, schema: 'x'.repeat(64) }, /more than 63 bytes/],
    ['no connections', { connectionString: ADDRESS, max: 0 }, /whole number from 1/],
    ['ssl that is none', { connectionString: ADDRESS, ssl: 'yes' }, /ssl must be/],
  ] as const) {
    it(`#108 is refused in words, for good, and never repeated, when it is ${what}`, () => {
      assert.throws(
        () => planDatabase(given, {}),
        (error: Error & { code: string; retryable: boolean }) => {
          assert.match(error.message, words)
          assert.ok(!error.message.includes('s3cret'))
          assert.deepEqual([error.code, error.retryable], ['store_unavailable', false])
          return true
        },
      )
    })
  }

  it('says nothing of an error that is not the database’s', () => {
    assert.equal(databaseFailure(new TypeError('x is undefined')), null)
    assert.equal(databaseFailure(Object.assign(new Error('bad'), { code: '22P02' })), null)
  })
})

describe('a PostgreSQL that refuses', () => {
  let server: PostgresServer
  before(async () => {
    server = await startPostgres()
    await server.query('CREATE DATABASE latin ENCODING LATIN1 TEMPLATE template0')
    await server.query("CREATE ROLE reader LOGIN PASSWORD 'r3ader'")
  })
  after(() => server.stop())

  const other = (change: (url: URL) => void, at = server.url()) => {
    const url = new URL(at)
    change(url)
    return url.href
  }
  const opened = (connectionString: string, more: object = {}) =>
    new PostgresStore({ plan: () => planDatabase({ connectionString, ...more }, {}) }).open(start())

  for (const [what, address, words] of [
    ['the password', () => other((url) => (url.password = 'wr0ng')), /refused the user or the password/],
    ['the name', () => server.url('nowhere'), /does not exist on its server/],
    ['the host', () => other((url) => (url.port = '1')), /cannot be reached/],
    ['TLS', () => other((url) => (url.search = '?sslmode=require')), /speaks no TLS/],
    ['the encoding', () => server.url('latin'), /encoding LATIN1/],
    [
      'to let its user make tables',
      () => other((url) => Object.assign(url, { username: 'reader', password: 'r3ader' })),
      /does not let its user/,
    ],
  ] as const) {
    it(`#108 says so in words when it is about ${what}, and never with the address`, async () => {
      const connectionString = address()
      await assert.rejects(opened(connectionString), (error: Error & { code: string; retryable: boolean }) => {
        assert.match(error.message, words)
        const told = JSON.stringify([error.message, error.stack, error.cause])
        for (const secret of [connectionString, server.password, 'wr0ng', 'r3ader', '127.0.0.1']) {
          assert.ok(!told.includes(secret), told)
        }
        assert.deepEqual([error.code, error.retryable], ['store_unavailable', true])
        return true
      })
    })
  }

  it('#108 #113 is left alone when a newer version has changed it', async () => {
    const schema = 'newer'
    const store = new PostgresStore({ plan: () => planDatabase({ connectionString: server.url(), schema }, {}) })
    await store.open(start())
    await store.close({ now: 0, suspectSince: 0, started: [] })
    await server.query("UPDATE newer.meta SET value = 99 WHERE key = 'version'")
    await assert.rejects(opened(server.url(), { schema }), /changed by a newer version/)
    assert.deepEqual(await server.query('SELECT * FROM newer.instances'), [])
  })

  it('#110 has its tables made once by several that start at the same time', async () => {
    const stores = [1, 2, 3].map(
      () => new PostgresStore({ plan: () => planDatabase({ connectionString: server.url(), schema: 'race' }, {}) }),
    )
    await Promise.all(stores.map((store) => store.open(start())))
    assert.deepEqual(await server.query('SELECT count(*)::integer AS instances FROM race.instances'), [
      { instances: 3 },
    ])
    await Promise.all(stores.map((store) => store.close({ now: 0, suspectSince: 0, started: [] })))
  })
})
