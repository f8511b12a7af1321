import { AutomationError, isStoreFailure } from '../../error.js'

interface Failure {
  readonly statusText: string
  /** Completes the sentence "The database …" for a Node-RED, which has a setting and goes on trying. */
  readonly says: string
  /** The same where a command was called, which has an address and tries once; by default `says`. */
  readonly toCommand?: string
}

/** One sentence for whatever keeps the database from being reached, so that a restart of it is one line of the log. */
const AWAY: Failure = {
  statusText: 'database away',
  says: 'cannot be reached. Everything goes on by itself when it can.',
  toCommand: 'cannot be reached. See that it runs, and that the host and the port of the address are right.',
}
const REFUSED: Failure = {
  statusText: 'database: login refused',
  says: 'refused the user or the password of the setting "database".',
  toCommand: 'refused the user or the password of the address.',
}
const CERTIFICATE: Failure = {
  statusText: 'database: certificate',
  says: 'shows a certificate that is not trusted. Set "ssl" of the setting "database", with the "ca" that signed it.',
  toCommand:
    'shows a certificate that is not trusted. Put the file with the one that signed it behind the address: ?sslmode=verify-full&sslrootcert=<file>',
}
const RIGHTS: Failure = {
  statusText: 'database: no right',
  says: 'does not let its user read and write the tables. Run what "artifact-automations database sql" prints as an administrator, and grant its rights.',
}
const NO_TABLES: Failure = {
  statusText: 'database: tables missing',
  says: 'lacks tables of this package. Run what "artifact-automations database sql" prints.',
}
const FULL: Failure = {
  statusText: 'database is full',
  says: 'is full. Free some space; it goes on by itself.',
  toCommand: 'is full. Free some space, and call the command again.',
}
export const READ_ONLY: Failure = {
  statusText: 'database is read-only',
  says: 'is read-only: it is a standby, or was set so. Name the server that can be written.',
}
const BUSY: Failure = {
  statusText: 'database is busy',
  says: 'took too long. It is tried again.',
  toCommand: 'took too long. Call the command again.',
}

/** SQLSTATE codes (https://www.postgresql.org/docs/current/errcodes-appendix.html) and codes of Node.js. */
const FAILURES: Readonly<Record<string, Failure>> = {
  '28000': REFUSED,
  '28P01': REFUSED,
  '3D000': {
    statusText: 'database: no such name',
    says: 'of the setting "database" does not exist on its server.',
    toCommand: 'that the address names does not exist on its server.',
  },
  '42501': RIGHTS,
  '42P01': NO_TABLES,
  '42703': NO_TABLES,
  '3F000': NO_TABLES,
  '53100': FULL,
  '25006': READ_ONLY,
  '53300': {
    statusText: 'database: no connection',
    says: 'has no connection left for this Node-RED. Allow more, or lower "max" of the setting "database".',
    toCommand: 'has no connection left for this user. Allow more, or end some, and call the command again.',
  },
  '57014': BUSY,
  '55P03': BUSY,
  '40P01': BUSY,
  '40001': BUSY,
  '25P03': BUSY,
  SELF_SIGNED_CERT_IN_CHAIN: CERTIFICATE,
  DEPTH_ZERO_SELF_SIGNED_CERT: CERTIFICATE,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: CERTIFICATE,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: CERTIFICATE,
  CERT_HAS_EXPIRED: CERTIFICATE,
  CERT_NOT_YET_VALID: CERTIFICATE,
  ERR_TLS_CERT_ALTNAME_INVALID: CERTIFICATE,
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** Whether a transaction may be done again at once: another one was in its way. */
export const isCollision = (error: unknown): boolean =>
  error instanceof AutomationError && ['40P01', '40001'].includes(codeOf(error.cause))

/** What node-postgres says without a code. */
const SPOKEN: readonly [RegExp, Failure][] = [
  [
    /does not support SSL/i,
    {
      statusText: 'database: no TLS',
      says: 'speaks no TLS, and the setting "database" asks for it.',
      toCommand: 'speaks no TLS, and the address asks for it.',
    },
  ],
  [/password must be|SASL|authentication/i, REFUSED],
  [/timeout|terminated|connection|ended|closed|socket/i, AWAY],
]

/** Where nothing was sent, or nobody answered: SQLSTATE classes 08 and 57P, and codes of the network. */
const isAway = (code: string) => /^(?:08|57P)/.test(code) || /^E[A-Z_]+$/.test(code)

function failureOf(error: unknown): Failure | null {
  const code = codeOf(error)
  const known = FAILURES[code] ?? (isAway(code) ? AWAY : undefined)
  if (known !== undefined || code !== '') return known ?? null
  const text = error instanceof Error ? error.message : ''
  return SPOKEN.find(([pattern]) => pattern.test(text))?.[1] ?? null
}

/**
 * The error for people, or null when `error` says nothing about the database: a mistake of the caller or of ours. What the
 * driver says is not repeated: it may hold the address.
 */
export function databaseFailure(error: unknown): AutomationError | null {
  if (error instanceof AutomationError) return isStoreFailure(error) ? error : null
  const failure = failureOf(error)
  return failure === null ? null : unavailable(failure, codeOf(error))
}

/** @param code what the database or the network said, for programs */
export const unavailable = ({ says, statusText, toCommand = says }: Failure, code = ''): AutomationError =>
  new AutomationError('store_unavailable', `The database ${says}`, {
    retryable: true,
    statusText,
    cause: { code, toCommand: `The database ${toCommand}` },
  })

/** An error of the database as a command says it. Other errors say the same everywhere. */
export function toldByCommand(error: AutomationError): string {
  const { cause } = error
  if (typeof cause !== 'object' || cause === null || !('toCommand' in cause)) return error.message
  return String(cause.toCommand)
}
