import { AutomationError } from '../../error.js'
import { unavailable } from './errors.js'

/** How the database is reached. Its strings hold a password: they are for the driver alone. */
export interface DatabasePlan {
  readonly connectionString: string
  readonly schema: string
  /** Connections for reading and writing; two more hear of the others and say that this one is alive. */
  readonly max: number
  /** As node-postgres has it; undefined: as the connection string says. */
  readonly ssl: boolean | object | undefined
}

const USUAL_SCHEMA = 'artifact_automations'
const USUAL_MAX = 10
const MOST = 200
/** Of a name in PostgreSQL (NAMEDATALEN - 1). */
const LONGEST_NAME = 63
const MEMBERS = ['connectionString', 'schema', 'max', 'ssl']

/** Whether a database is asked for. A variable of the environment that is not set asks for none. */
export const asksForDatabase = (given: unknown): boolean => given !== undefined && given !== null

/**
 * The setting `database`. @param environment for a text that is wholly `${NAME}`
 * @throws AutomationError `store_unavailable`, for good: waiting does not mend a setting
 */
export function planDatabase(given: unknown, environment: Readonly<Record<string, string | undefined>>): DatabasePlan {
  const object = typeof given === 'string' ? { connectionString: given } : given
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    throw wrong('it must be an address such as postgres://user:password@host/database, or an object with it')
  }
  const unknown = Object.keys(object).find((name) => !MEMBERS.includes(name))
  if (unknown !== undefined) throw wrong(`it has no member ${JSON.stringify(unknown)}, only ${MEMBERS.join(', ')}`)
  const { connectionString, schema = USUAL_SCHEMA, max = USUAL_MAX, ssl } = object as Record<string, unknown>
  if (typeof schema !== 'string' || schema === '' || schema.includes('\0')) throw wrong('its schema must be a name')
  if (Buffer.byteLength(schema) > LONGEST_NAME) throw wrong(`its schema has more than ${LONGEST_NAME} bytes`)
  if (/^pg_/.test(schema)) throw wrong('names of schemas that begin with pg_ belong to PostgreSQL')
  if (typeof max !== 'number' || !Number.isInteger(max) || max < 1 || max > MOST) {
    throw wrong(`its max must be a whole number from 1 to ${MOST}`)
  }
  if (!['undefined', 'boolean', 'object'].includes(typeof ssl)) throw wrong('its ssl must be true, false or an object')
  return {
    connectionString: address(connectionString, environment),
    schema,
    max,
    ssl: (ssl ?? undefined) as boolean | object | undefined,
  }
}

function address(given: unknown, environment: Readonly<Record<string, string | undefined>>): string {
  if (typeof given !== 'string') throw wrong('its connectionString must be a text')
  const [, name] = /^\$\{([^}]+)\}$/.exec(given) ?? []
  if (name !== undefined && environment[name] === undefined) throw wrong(`the variable ${name} is not set`)
  const text = name === undefined ? given : environment[name]!
  // the text is not repeated: it holds a password
  if (!/^postgres(?:ql)?:\/\/./i.test(text) || !isReadable(text)) {
    throw wrong('its address must begin with postgres:// and be a URL; what is special in a password is written as %40')
  }
  return text
}

function isReadable(text: string): boolean {
  // a socket's address has no host
  return URL.canParse(text.replace(/^postgres(?:ql)?:\/\/([^/]*@)?(?=\/)/i, 'postgres://$1localhost'))
}

const wrong = (why: string) =>
  new AutomationError(
    'store_unavailable',
    `The setting "database" in settings.js cannot be used: ${why}. Nothing is accepted until it is mended and Node-RED restarted.`,
    {
      retryable: false,
      statusText: 'database: wrong setting',
      cause: { toCommand: `The database cannot be named so: ${why}.` },
    },
  )

export const DRIVER_MISSING = unavailable({
  says: 'cannot be used: the package "pg" is not installed. Run "npm install pg" in the user directory and restart Node-RED.',
  toCommand: 'cannot be asked: the package "pg" is not installed. Run "npm install pg" beside this package.',
  statusText: 'database: no driver',
})
