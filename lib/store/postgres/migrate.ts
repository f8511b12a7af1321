import type { Database, Query } from './database.js'
import { unavailable } from './errors.js'
import { MIGRATIONS, VERSION } from './schema.js'
import { refuseNewer, VERSION_OF_TABLES } from './version.js'

/** The oldest server that is tested with, as `server_version_num` has it. */
const OLDEST_SERVER = 130_000

/**
 * Which version the tables of the schema have; null: there are none.
 * @throws AutomationError `store_unavailable` when they are of a newer version
 */
export async function versionOf(query: Query, schema: string): Promise<number | null> {
  // a look at the rows: what the session remembers of names may be old
  const [there] = await query("SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = 'meta'", schema)
  if (there === undefined) return null
  const [row] = await query(VERSION_OF_TABLES)
  const version = (row?.['value'] as number | undefined) ?? null
  refuseNewer(version)
  return version
}

/**
 * Brings the tables up to date: one process at a time, in one transaction. What is up to date is only read.
 * @throws AutomationError `store_unavailable` when they are of a newer version, and nothing was touched
 */
export async function migrate(db: Database): Promise<void> {
  await checkServer(db.query)
  if ((await versionOf(db.query, db.schemaName)) !== VERSION) await bringUpToDate(db)
  db.tablesAreKnown()
}

async function bringUpToDate(db: Database): Promise<void> {
  await db.transaction(async (query) => {
    await query("SELECT pg_advisory_xact_lock(hashtextextended('artifact-automations ' || $1, 0))", db.tables.schema)
    const version = (await versionOf(query, db.schemaName)) ?? 0
    if (version === VERSION) return
    // those of an older version end what they have begun, and begin nothing any more
    if (version > 0) await query('LOCK TABLE @meta IN ACCESS EXCLUSIVE MODE')
    if (version === 0) {
      const [schema] = await query('SELECT 1 FROM pg_namespace WHERE nspname = $1', db.schemaName)
      if (schema === undefined) await query(`CREATE SCHEMA ${db.tables.schema}`)
    }
    for (const step of MIGRATIONS.slice(version)) for (const statement of statements(step)) await query(statement)
    await query(
      "INSERT INTO @meta (key, value) VALUES ('version', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      VERSION,
    )
  })
}

/** The statements of a step: none of ours holds a semicolon. */
const statements = (step: string): string[] =>
  step
    .replace(/--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')

export async function checkServer(query: Query): Promise<void> {
  const [row] = await query(
    "SELECT current_setting('server_version_num')::integer AS version, current_setting('server_encoding') AS encoding",
  )
  const version = Number(row!['version'])
  if (version < OLDEST_SERVER) {
    throw unavailable({
      says: 'server is too old: PostgreSQL 13 or newer is needed.',
      statusText: 'database is too old',
    })
  }
  if (row!['encoding'] !== 'UTF8') {
    throw unavailable({
      says: `has the encoding ${row!['encoding']}; make one with UTF8.`,
      statusText: 'database: not UTF8',
    })
  }
}
