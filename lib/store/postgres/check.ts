import { AutomationError } from '../../error.js'
import { Database } from './database.js'
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
      return { works: await look(db, found), found }
    } finally {
      await db.close()
    }
  } catch (error) {
    if (!(error instanceof AutomationError)) throw error
    return { works: false, found: [...found, error.message] }
  }
}

async function look(db: Database, found: string[]): Promise<boolean> {
  const version = await versionOf(db.query, db.schemaName)
  if (version === null) {
    const [may] = await db.query(
      "SELECT has_database_privilege(current_database(), 'CREATE') OR has_schema_privilege(to_regnamespace($1), 'CREATE') AS may",
      db.tables.schema,
    )
    if (may?.['may'] === true) {
      found.push('There are no tables yet; Node-RED makes them when it starts.')
      return true
    }
    found.push(
      'There are no tables yet, and this user may not make them: run what "artifact-automations database sql" prints as an administrator.',
    )
    return false
  }
  found.push(
    version === VERSION
      ? `The tables are up to date (version ${version}).`
      : `The tables have version ${version}; Node-RED brings them to version ${VERSION} when it starts.`,
  )
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
