/** What a code of an error means to programs. The words for people are on docs/errors.md, one row a code. */
interface ErrorKind {
  /** Status of an answer of the admin interface that tells this error. */
  readonly status: number
  /** Status of the answer to a posted event. Absent: a sender of events is never told this one (docs/http-interface.md). */
  readonly ingest?: number
  /** For a node's status when an error has no words of its own there, at most about 30 characters; else the code in words. */
  readonly statusText?: string
  /** Whether the same may succeed later though nobody changes anything. An error may know better. */
  readonly retryable?: true
  /** A store cannot be read or written, whatever the reason; not: its settings are wrong. */
  readonly store?: true
  /** Names of what an error of this code tells in numbers and names (`values`), so that its sentence can be said in another language. */
  readonly values?: readonly string[]
}

/**
 * Every code that an error of this package has: in an answer, in `msg.error`, in the history, in a log.
 *
 * To add one: a line here, a row on docs/errors.md (a test tells if either lacks it), and
 * `new AutomationError('the_code', 'What happened, where, and what to do.')`. A code never changes its name or meaning once it was
 * released: flows and alarms compare it. One code has one thing that somebody does about it; where several sentences say it,
 * give them a value `reason` that tells which.
 */
export const ERRORS = {
  // events that are posted
  method_not_allowed: { status: 405, ingest: 405 },
  body_timeout: { status: 408, ingest: 408, values: ['seconds'] },
  body_too_large: { status: 413, ingest: 413, values: ['bytes'] },
  unauthorized: { status: 401, ingest: 401 },
  unsupported_media_type: { status: 415, ingest: 415 },
  body_invalid: { status: 400, ingest: 400 },
  event_invalid: { status: 400, ingest: 400, statusText: 'invalid event' },
  mapping_failed: { status: 400, ingest: 400 },
  body_consumed: { status: 500 },

  // calls of the admin interface
  request_invalid: { status: 400 },
  header_missing: { status: 403 },
  origin_refused: { status: 403 },
  not_found: { status: 404 },
  conflict: { status: 409 },

  // messages and templates
  event_missing: { status: 400, statusText: 'no event in message' },
  payload_missing: { status: 400 },
  payload_invalid: { status: 400 },
  payload_changed: { status: 400, statusText: 'payload changed after template' },
  payload_too_large: { status: 400, statusText: 'payload over 1 MiB' },
  payload_unknown: { status: 400 },
  template_invalid: { status: 400 },
  variable_missing: { status: 400 },
  secret_unknown: { status: 400 },
  token_missing: { status: 400, statusText: 'no access token' },

  // what is set in the dialogs and in settings.js
  address_policy_invalid: { status: 500, statusText: 'address policy' },
  bash_impossible: { status: 400 },
  flow_invalid: { status: 400 },
  http_disabled: { status: 400, statusText: 'HTTP is switched off' },
  mode_unknown: { status: 400, statusText: 'unknown mode' },
  path_taken: { status: 400, statusText: 'path taken', values: ['path'] },
  pattern_invalid: { status: 400, statusText: 'invalid pattern' },
  proxy_missing: { status: 400, statusText: 'proxy missing' },
  rules_invalid: { status: 400, statusText: 'invalid rules' },
  schedule_invalid: { status: 400, statusText: 'schedule is wrong' },
  secret_invalid: { status: 400, statusText: 'secret cannot be right' },
  secret_missing: { status: 400 },
  source_invalid: { status: 400 },
  source_missing: { status: 400, statusText: 'no source' },
  store_invalid: { status: 400, statusText: 'store settings' },
  store_missing: { status: 400, statusText: 'store missing' },
  tls_missing: { status: 400, statusText: 'TLS configuration' },
  trigger_invalid: { status: 400 },
  webhook_invalid: { status: 400 },
  webhook_missing: { status: 400, statusText: 'no webhook' },

  // attempts; they are told in the history and the outputs, and in the answer of a test, which itself is 200
  http_status: { status: 502 },
  network: { status: 502 },
  tls: { status: 502 },
  dns: { status: 502 },
  timeout: { status: 504 },
  interrupted: { status: 503 },
  cancelled: { status: 409 },
  set_aside: { status: 409, statusText: 'set aside' },
  address_blocked: { status: 400, statusText: 'address blocked' },
  service_limits: { status: 400, statusText: 'beyond GitHub’s limits' },

  // registries that are watched: never their own status, since the editor takes a 401 for the end of its own session
  source_denied: { status: 502, retryable: true },
  source_not_found: { status: 502, retryable: true },
  source_rate_limited: { status: 502, retryable: true, statusText: 'rate limited' },
  source_query_refused: { status: 502, retryable: true, statusText: 'query refused' },
  source_lacks: { status: 502, retryable: true },
  source_unavailable: { status: 502, ingest: 503, retryable: true },
  source_answer_invalid: { status: 502, retryable: true, statusText: 'unexpected answer' },
  source_answer_unexpected: { status: 502, retryable: true, statusText: 'unexpected answer' },
  source_answer_too_large: { status: 502, retryable: true, statusText: 'answer too large' },

  // stores
  store_unavailable: { status: 503, ingest: 503, retryable: true, store: true },
  store_corrupt: { status: 503, store: true, statusText: 'store is damaged' },
  lease_lost: { status: 409 },
  cursor_moved: { status: 409, retryable: true, values: ['cursor'] },

  // a fault of this package
  internal: { status: 500, ingest: 500 },
} as const satisfies Readonly<Record<string, ErrorKind>>

export type ErrorCode = keyof typeof ERRORS

type ValueName = {
  [Code in ErrorCode]: (typeof ERRORS)[Code] extends { values: readonly (infer Name)[] } ? Name : never
}[ErrorCode]

/** What an error tells in numbers and names, by the names that its code has in the table. */
export type ErrorValues = Readonly<Partial<Record<ValueName, string | number>>>

export const kindOf = (code: ErrorCode): ErrorKind => ERRORS[code]

/** A code that was stored or sent, perhaps by another version of this package. */
export const knownCode = (code: string): ErrorCode => (Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'internal')
