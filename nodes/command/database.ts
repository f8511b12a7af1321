import { parseArgs } from 'node:util'
import { AutomationError } from '../../lib/error.js'
import { check } from '../../lib/store/postgres/check.js'
import { toldByCommand } from '../../lib/store/postgres/errors.js'
import { importStore } from '../../lib/store/postgres/import.js'
import { wholeSchema } from '../../lib/store/postgres/schema.js'
import { type DatabasePlan, planDatabase } from '../../lib/store/postgres/settings.js'
import type { CommandWorld } from './world.js'

export const DATABASE_USAGE = `Prepares and checks the PostgreSQL that several Node-RED share.

  artifact-automations database sql    [--schema <name>]
  artifact-automations database check  [--schema <name>] [--database <address>]
  artifact-automations database import --from <store.db> [--schema <name>] [--database <address>]

  sql                  prints what an administrator can run where Node-RED's user may not make tables, for each new version
  check                says whether a Node-RED can use it, and changes nothing; exits with 1 when none can
  import               takes along what a file holds: stop its Node-RED before. It may be called again: what is there stays
                       as it is. Start no Node-RED on that file afterwards, or what still waits there is sent from both

  --from <store.db>    the file of the store, such as artifact-automations/store.db in the user directory
  --schema <name>      by default artifact_automations
  --database <address> such as postgres://user:password@host/name; by default the variable DATABASE_URL, which no list of
                       processes shows
  --help
`

const VERBS = ['sql', 'check', 'import']

/** Runs the command after the word `database`. @returns its exit status: 0, 1 when it cannot be used, 2 when the call is wrong */
export async function runDatabaseCommand(argv: readonly string[], world: CommandWorld): Promise<0 | 1 | 2> {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        schema: { type: 'string' },
        database: { type: 'string' },
        from: { type: 'string' },
        help: { type: 'boolean' },
      },
    })
    const [verb, ...more] = positionals
    if (values.help) {
      print(world.out, DATABASE_USAGE)
      return 0
    }
    if (more.length > 0 || !VERBS.includes(verb ?? '')) throw new TypeError('Say what to do: sql, check or import.')
    if (verb === 'sql') {
      print(world.out, wholeSchema(planOf({ ...values, database: 'postgres://localhost/any' }, world).schema))
      return 0
    }
    if (verb === 'import') {
      if (values.from === undefined) throw new TypeError('Name the file: --from artifact-automations/store.db')
      return await imported(planOf(values, world), values.from, world)
    }
    const { works, found } = await check(planOf(values, world))
    print(works ? world.out : world.report, found.join('\n'))
    return works ? 0 : 1
  } catch (error) {
    // what parseArgs throws is a TypeError
    if (!(error instanceof TypeError) && !(error instanceof AutomationError)) throw error
    print(
      world.report,
      `${error instanceof AutomationError ? toldByCommand(error) : error.message}\n\n${DATABASE_USAGE}`,
    )
    return 2
  }
}

/** What fails here is no mistake of the call: it may be called again. */
async function imported(plan: DatabasePlan, file: string, world: CommandWorld): Promise<0 | 1> {
  try {
    await importStore(plan, file, (text) => print(world.out, text))
    return 0
  } catch (error) {
    if (!(error instanceof AutomationError)) throw error
    print(world.report, toldByCommand(error))
    return 1
  }
}

interface Given {
  readonly schema?: string | undefined
  readonly database?: string | undefined
}

function planOf({ schema, database }: Given, { env }: CommandWorld): DatabasePlan {
  const connectionString = database ?? env['DATABASE_URL']
  if (connectionString === undefined)
    throw new TypeError('Name the database: in the variable DATABASE_URL, or by --database.')
  return planDatabase({ connectionString, ...(schema !== undefined && { schema }) }, env)
}

function print(out: CommandWorld['out'], text: string): void {
  for (const line of text.trimEnd().split('\n')) out(line)
}
