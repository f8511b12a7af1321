import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { eventually } from '../e2e/harness/wait.mts'
import { Network } from '../harness/network.mts'
import { type PostgresServer, startPostgres } from '../harness/postgres.mts'
import { type Certificate, Certificates } from '../lib/webhook/servers.mts'
import { event } from '../nodes/automation.mts'
import { type Answer, automation, PATIENCE, Site } from './site.mts'

/** Only root may mount a small disk. */
const MAY_MOUNT = process.platform === 'linux' && process.getuid?.() === 0
const SCHEMA = 'artifact_automations'
const SECRET = 'pa55@the/db'
/** An instance without its database says so within this time, milliseconds. */
const REFUSES_WITHIN = 20_000

/** What can be wrong with a database, on one real server, under one Node-RED that runs all the while. */
describe('a Node-RED on PostgreSQL', () => {
  const site = new Site()
  const certificates = new Certificates()
  let server: PostgresServer
  let network: Network
  /** A tablespace of its own. */
  let disk = ''
  const others = { host: '127.0.0.1', user: 'others', password: SECRET, database: 'postgres' }
  const clients: pg.Client[] = []
  let count = 0

  const admin = (sql: string) => server.query(sql)
  const inside = (sql: string) => server.query(sql, [], 'automations')
  const cut = () => admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'node_red'")
  const shown = async ({ cert, key }: Certificate) => {
    await server.set({
      ssl_cert_file: server.file('cert.pem', cert),
      ssl_key_file: server.file('key.pem', key),
      ssl: 'on',
    })
  }

  before(async () => {
    server = await startPostgres({ max_connections: '20', superuser_reserved_connections: '8' })
    await shown(certificates.issued('127.0.0.1'))
    for (const role of ['node_red', 'others']) await admin(`CREATE ROLE ${role} LOGIN PASSWORD '${SECRET}'`)
    if (MAY_MOUNT) {
      disk = await mkdtemp(path.join(tmpdir(), 'artifact-small-disk-'))
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40m,mode=777', 'tmpfs', disk])
      mkdirSync(path.join(disk, 'space'), { mode: 0o777 })
      execFileSync('chown', ['65534', path.join(disk, 'space')])
      await admin(`CREATE TABLESPACE small LOCATION '${path.join(disk, 'space')}'`)
    }
    await admin(`CREATE DATABASE automations OWNER node_red ${MAY_MOUNT ? 'TABLESPACE small' : ''}`)
    network = await Network.to(server.port)
    await site.prepare()
    const database = {
      connectionString: `postgres://node_red:${encodeURIComponent(SECRET)}@127.0.0.1:${network.port}/automations`,
      ssl: { ca: certificates.authority.cert.toString() },
      max: 1,
    }
    await site.start(automation(site.receiver.url), { settings: { artifactAutomations: { database } } })
    await site.nodeRed.listen()
    await eventually(taken, 'it does not begin', PATIENCE)
  })
  after(async () => {
    await site.clear()
    await network?.end()
    for (const client of clients) await client.end()
    await server?.stop()
    if (disk !== '') execFileSync('umount', ['-l', disk])
    if (disk !== '') rmSync(disk, { recursive: true })
    certificates.remove()
  })

  const accepted: string[] = []
  const taken = async () => {
    const id = `e${++count}`
    const { status } = await site.post(event({ event_id: id }))
    if (status === 202) accepted.push(id)
    return status === 202
  }

  const FAULTS: readonly {
    readonly what: string
    readonly says: RegExp
    readonly wrong: () => Promise<unknown>
    readonly right: () => Promise<unknown>
    readonly isUnheard?: boolean
  }[] = [
    {
      what: 'refuses its password',
      says: /database: login refused/,
      wrong: () => admin("ALTER ROLE node_red PASSWORD 'another'"),
      right: () => admin(`ALTER ROLE node_red PASSWORD '${SECRET}'`),
    },
    {
      what: 'has another name',
      says: /database: no such name/,
      wrong: async () => {
        await admin('ALTER DATABASE automations ALLOW_CONNECTIONS false')
        await cut()
        await admin('ALTER DATABASE automations RENAME TO elsewhere')
      },
      right: async () => {
        await admin('ALTER DATABASE elsewhere RENAME TO automations')
        await admin('ALTER DATABASE automations ALLOW_CONNECTIONS true')
      },
    },
    {
      what: 'shows a certificate that nobody trusts',
      says: /database: certificate/,
      wrong: () => shown(certificates.selfSigned('127.0.0.1')),
      right: () => shown(certificates.issued('127.0.0.1')),
    },
    {
      what: 'shows the certificate of another host',
      says: /database: certificate/,
      wrong: () => shown(certificates.issued('db.example.com')),
      right: () => shown(certificates.issued('127.0.0.1')),
    },
    {
      what: 'speaks no TLS',
      says: /database: no TLS/,
      wrong: () => server.set({ ssl: 'off' }),
      right: () => server.set({ ssl: 'on' }),
    },
    {
      what: 'has no connection left',
      says: /database: no connection/,
      wrong: async () => {
        await admin('ALTER ROLE node_red CONNECTION LIMIT 0')
        await cut()
        try {
          for (;;) {
            const client = new pg.Client({ ...others, port: server.port })
            client.on('error', () => {})
            await client.connect()
            clients.push(client)
          }
        } catch (error) {
          assert.equal((error as { code?: string }).code, '53300')
        }
        await admin('ALTER ROLE node_red CONNECTION LIMIT -1')
      },
      right: async () => {
        for (const client of clients.splice(0)) await client.end()
      },
    },
    {
      what: 'is read-only by its settings',
      says: /database is read-only/,
      wrong: () => admin('ALTER DATABASE automations SET default_transaction_read_only = on'),
      right: () => admin('ALTER DATABASE automations RESET default_transaction_read_only'),
    },
    {
      what: 'is a standby that nobody promoted yet',
      says: /database is read-only/,
      wrong: () => server.standBy(),
      right: () => admin('SELECT pg_promote()'),
    },
    {
      what: 'does not let it write any more',
      says: /database: no right/,
      wrong: () => inside(`REVOKE ALL ON ALL TABLES IN SCHEMA ${SCHEMA} FROM node_red`),
      right: () => inside(`GRANT ALL ON ALL TABLES IN SCHEMA ${SCHEMA} TO node_red`),
    },
    {
      what: 'has lost its tables',
      says: /database: tables missing/,
      wrong: () => inside(`ALTER SCHEMA ${SCHEMA} RENAME TO gone`),
      right: () => inside(`ALTER SCHEMA gone RENAME TO ${SCHEMA}`),
    },
    {
      what: 'got the tables of a newer version',
      says: /database is newer/,
      wrong: () => inside(`UPDATE ${SCHEMA}.meta SET value = value + 1 WHERE key = 'version'`),
      right: () => inside(`UPDATE ${SCHEMA}.meta SET value = value - 1 WHERE key = 'version'`),
    },
    {
      what: 'does not answer: the cable is pulled',
      says: /database away/,
      isUnheard: true,
      wrong: async () => network.pullCable(),
      right: async () => network.plugIn(),
    },
  ]

  for (const { what, says, wrong, right, isUnheard } of FAULTS) {
    it(`#108 #111 #112 #113 whose database ${what} refuses with 503 and says why in red, and goes on by itself`, async () => {
      const held: ServerResponse[] = []
      site.receiver.answer((_request, response) => held.push(response))
      await eventually(taken, 'it takes nothing before', PATIENCE)
      const before = accepted.at(-1)!
      await site.arrived([before])
      const [first, begun] = [site.nodeRed.log.length, performance.now()]
      await wrong()
      if (!isUnheard) await cut()
      let last: Answer | null = null
      const refused = async () => {
        const id = `e${++count}`
        last = await site.post(event({ event_id: id }))
        if (last.status === 202) accepted.push(id)
        return last.status === 503
      }
      await eventually(refused, 'it is not refused', PATIENCE)
      const took = performance.now() - begun
      assert.ok(took <= REFUSES_WITHIN, `after ${Math.round(took)} ms`)
      saysNothing(last!)
      for (const node of ['trigger', 'sender']) assert.equal((await site.shows(node, says)).fill, 'red')
      site.receiver.answer((_request, response) => response.end('ok'))
      for (const response of held) response.end('ok')
      await right()
      await eventually(taken, 'it does not go on', PATIENCE)
      await site.arrived(accepted)
      await site.until('pending', 0)
      quiet(site.nodeRed.log.slice(first))
    })
  }

  /** Whoever posts is told to come again, and nothing else. */
  function saysNothing({ headers, text }: Answer): void {
    assert.match(headers.get('retry-after') ?? '', /^\d+$/)
    assert.match(JSON.parse(text).error.message, /send them again later/)
  }

  /** Sentences, no stack traces; of the address nothing. */
  function quiet(lines: readonly string[]): void {
    const text = lines.join('\n')
    assert.doesNotMatch(text, /^\s+at /m)
    for (const part of [SECRET, encodeURIComponent(SECRET), 'postgres://']) assert.ok(!text.includes(part), text)
    assert.ok(lines.length > 0 && lines.length <= 4, text)
  }

  it('#112 whose database is full refuses with 503 and says why in red, and goes on when there is room', async function () {
    if (!MAY_MOUNT) this.skip()
    const first = site.nodeRed.log.length
    const ballast = path.join(disk, 'somebody-elses')
    const file = openSync(ballast, 'w')
    for (let room = 1_000_000; room >= 10_000; ) {
      try {
        writeSync(file, Buffer.alloc(room))
      } catch {
        room /= 10
      }
    }
    closeSync(file)
    const large = { artifact_metadata: { note: randomBytes(40_000).toString('hex') } }
    const refused = async () => {
      const id = `e${++count}`
      const answer = await site.post(event({ event_id: id, ...large }))
      if (answer.status === 202) accepted.push(id)
      else saysNothing(answer)
      return answer.status === 503
    }
    await eventually(refused, 'it is not refused', PATIENCE)
    for (const node of ['trigger', 'sender']) assert.equal((await site.shows(node, /database is full/)).fill, 'red')
    rmSync(ballast)
    await eventually(taken, 'it does not go on', PATIENCE)
    await site.arrived(accepted)
    await site.until('pending', 0)
    quiet(site.nodeRed.log.slice(first))
  })
})
