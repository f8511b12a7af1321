import { AutomationError } from '../../error.js'
import { Database } from './database.js'
import { READ_ONLY, toldByCommand, unavailable } from './errors.js'
import { checkServer, versionOf } from './migrate.js'
import { VERSION } from './schema.js'
import type { DatabasePlan } from './settings.js'

export interface Checked {
  /** Whether a Node-RED with this setting works, or will after it has made its tables. */
  readonly works: boolean
  /** What was found, a sentence each. */
  readonly found: readonly string[]
}

const RIGHTS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE']

/** Looks whether a database can be used, and changes nothing. */
export async function check(plan: DatabasePlan): Promise<Checked> {
  const found: string[] = []
  try {
    const db = await Database.of(plan)
    try {
      await checkServer(db.query)
      const [server] = await db.query("SELECT current_setting('server_version') AS version")
      found.push(`The server answers: PostgreSQL ${server!['version']}.`)
      if (await isReadOnly(db)) throw unavailable(READ_ONLY)
      return { works: await look(db, found), found }
    } finally {
      await db.close()
    }
  } catch (error) {
    if (!(error instanceof AutomationError)) throw error
    return { works: false, found: [...found, toldByCommand(error)] }
  }
}

/** As a session begins there, which is how a Node-RED would: a standby, or a default of the server, the database or the user. */
async function isReadOnly(db: Database): Promise<boolean> {
  const [row] = await db.query("SELECT current_setting('transaction_read_only') AS value")
  return row?.['value'] === 'on'
}

async function look(db: Database, found: string[]): Promise<boolean> {
  const version = await versionOf(db.query, db.schemaName)
  if (version === null) {
    if (await mayMakeTables(db)) {
      found.push('There are no tables yet; Node-RED makes them when it starts.')
      return true
    }
    found.push(
      'There are no tables yet, and this user may not make them: run what "artifact-automations database sql" prints as an administrator.',
    )
    return false
  }
  if (version === VERSION) found.push(`The tables are up to date (version ${version}).`)
  else if (await mayChangeTables(db)) {
    found.push(`The tables have version ${version}; Node-RED brings them to version ${VERSION} when it starts.`)
  } else {
    found.push(
      `The tables have version ${version}, and this user may not bring them to version ${VERSION}: run what "artifact-automations database sql" prints as an administrator.`,
    )
    return false
  }
  const lacking = await db.query(
    `SELECT c.relname AS name, r.right FROM pg_class c CROSS JOIN unnest($2::text[]) AS r ("right")
     WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'r' AND NOT has_table_privilege(c.oid, r.right)
     ORDER BY 1, 2`,
    db.tables.schema,
    RIGHTS,
  )
  for (const { name, right } of lacking) found.push(`This user lacks the right to ${right} in the table ${name}.`)
  if (lacking.length === 0) found.push('This user may read and write them.')
  return lacking.length === 0
}

/** A schema that is there counts by its own right; one that is not is made by that of the database. */
async function mayMakeTables(db: Database): Promise<boolean> {
  const [row] = await db.query(
    `SELECT CASE WHEN to_regnamespace($1) IS NULL THEN has_database_privilege(current_database(), 'CREATE')
       ELSE has_schema_privilege(to_regnamespace($1), 'CREATE, USAGE') END AS may`,
    db.tables.schema,
  )
  return row?.['may'] === true
}

/** Only who owns a table may change it. */
async function mayChangeTables(db: Database): Promise<boolean> {
  const [row] = await db.query(
    `SELECT bool_and(pg_has_role(relowner, 'USAGE')) AS may FROM pg_class
     WHERE relnamespace = to_regnamespace($1) AND relkind = 'r'`,
    db.tables.schema,
  )
  return row?.['may'] === true && (await mayMakeTables(db))
}
