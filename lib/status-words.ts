/**
 * What a node's status may say, in English: a few words, or several of these with ` · ` or a comma between them. Statuses are
 * made in English, since flows and alarms compare them; the editor finds here what one says, and shows it in its own language.
 * `__name__` stands for what is not ours to say: a name, a number, a time.
 */
export const STATUS_WORDS = {
  // senders and triggers
  listening: 'listening',
  delivered: 'delivered',
  failed: 'failed',
  'dry-run': 'dry run',
  'number-waiting': '__number__ waiting',
  'number-on-the-way': '__number__ on the way',
  'next-time': 'next __time__',
  paused: 'paused',
  'paused-number': 'paused (__number__)',
  'cannot-send-now': 'cannot send now',
  'asked-to-wait': 'asked to wait',
  'sent-by-another': 'sent by another',
  'name-not-found': 'name not found',
  'no-connection': 'no connection',
  'connection-refused': 'connection refused',
  tls: 'TLS',
  'number-not-accepted': '__number__, not accepted',
  'last-event-time-did-not-fit-condition': 'last event __time__ did not fit: __condition__',
  'time-did-not-fit-condition': '__time__ did not fit: __condition__',
  'number-refused-time-why': '__number__ refused __time__: __why__',
  'number-refused-time': '__number__ refused __time__',
  'number-ignored': '__number__ ignored',
  'first-poll': 'first poll…',
  'polled-time': 'polled __time__',
  'never-polled': 'never polled',
  'last-poll-time': 'last poll __time__',
  'number-to-list': '__number__ to list',
  'left-out-what-and-number-more': 'left out: __what__ and __number__ more',
  'left-out-what': 'left out: __what__',

  // errors, in a status
  'api-key-missing': 'API key missing',
  'api-key-refused': 'API key refused',
  'http-is-switched-off': 'HTTP is switched off',
  'node-js-is-too-old': 'Node.js is too old',
  'tls-configuration': 'TLS configuration',
  'tls-configuration-unusable': 'TLS configuration unusable',
  'tls-alpn-protocol': 'TLS: ALPN protocol',
  'url-not-filled-in': 'URL not filled in',
  'url-unreadable': 'URL unreadable',
  'wb-lacks-what': 'W&B lacks __what__',
  'wb-says-number': 'W&B says __number__',
  'wb-unreachable': 'W&B unreachable',
  'registry-says-number': '__what__ says __number__',
  'registry-unreachable': '__what__ unreachable',
  'no-registry-at-this-url': 'no __what__ at this URL',
  'list-without-end': 'list without end',
  'what-is-not-wanted': '__what__ is not __wanted__',
  'what-not-found': '__what__ not found',
  'number-variables-missing': '__number__ variables missing',
  'access-token-missing': 'access token missing',
  'address-blocked': 'address blocked',
  'address-policy': 'address policy',
  'address-policy-invalid': 'address policy invalid',
  'answer-too-large': 'answer too large',
  'bash-impossible': 'bash impossible',
  'beyond-githubs-limits': 'beyond GitHub’s limits',
  'body-consumed': 'body consumed',
  'body-invalid': 'body invalid',
  'body-timeout': 'body timeout',
  'body-too-large': 'body too large',
  cancelled: 'cancelled',
  conflict: 'conflict',
  'cursor-moved': 'cursor moved',
  'disk-full': 'disk full',
  dns: 'dns',
  'event-invalid': 'event invalid',
  'event-is-not-json': 'event is not JSON',
  'event-missing': 'event missing',
  'flow-invalid': 'flow invalid',
  'header-name': 'header __name__',
  'header-name-twice': 'header __name__ twice',
  'header-missing': 'header missing',
  'header-name-code': 'header name',
  'headers-are-no-object': 'headers are no object',
  'headers-are-not-json': 'headers are not JSON',
  'http-disabled': 'http disabled',
  'http-status': 'http status',
  internal: 'internal',
  interrupted: 'interrupted',
  'invalid-what': 'invalid __what__',
  'invalid-base-url': 'invalid base URL',
  'invalid-entity': 'invalid entity',
  'invalid-event': 'invalid event',
  'invalid-fullscanhours': 'invalid fullScanHours',
  'invalid-interval': 'invalid interval',
  'invalid-path': 'invalid path',
  'invalid-pattern': 'invalid pattern',
  'invalid-project': 'invalid project',
  'invalid-rules': 'invalid rules',
  'invalid-run-trigger': 'invalid run trigger',
  'invalid-scope': 'invalid scope',
  'lease-lost': 'lease lost',
  'method-not-allowed': 'method not allowed',
  'mode-unknown': 'mode unknown',
  network: 'network',
  'no-api-key': 'no API key',
  'no-url': 'no URL',
  'no-wb-at-this-url': 'no W&B at this URL',
  'no-name': 'no __name__',
  'no-access-token': 'no access token',
  'no-event-in-message': 'no event in message',
  'no-http-url': 'no http URL',
  'no-secret-name': 'no secret __name__',
  'no-source': 'no source',
  'no-valid-event-chosen': 'no valid event chosen',
  'no-webhook': 'no webhook',
  'not-a-delivery-store': 'not a delivery store',
  'not-allowed': 'not allowed',
  'not-found': 'not found',
  'origin-refused': 'origin refused',
  'password-in-the-url': 'password in the URL',
  'path-taken': 'path taken',
  'path-taken-by-name': 'path taken by __name__',
  'pattern-invalid': 'pattern invalid',
  'payload-changed': 'payload changed',
  'payload-changed-after-template': 'payload changed after template',
  'payload-invalid': 'payload invalid',
  'payload-missing': 'payload missing',
  'payload-over-1-mib': 'payload over 1 MiB',
  'payload-too-large': 'payload too large',
  'payload-unknown': 'payload unknown',
  'placeholder-in-the-url': 'placeholder in the URL',
  'proxy-url': 'proxy URL',
  'proxy-url-unreadable': 'proxy URL unreadable',
  'proxy-blocked': 'proxy blocked',
  'proxy-missing': 'proxy missing',
  'query-refused': 'query refused',
  'rate-limit': 'rate limit',
  'rate-limited': 'rate limited',
  'request-invalid': 'request invalid',
  'retry-schedule': 'retry schedule',
  'rule-number-invalid-pattern': 'rule __number__: invalid pattern',
  'rules-invalid': 'rules invalid',
  'schedule-invalid': 'schedule invalid',
  'schedule-is-wrong': 'schedule is wrong',
  'secret-name-missing': 'secret __name__ missing',
  'secret-cannot-be-right': 'secret cannot be right',
  'secret-in-what': 'secret in __what__',
  'secret-invalid': 'secret invalid',
  'secret-missing': 'secret missing',
  'secret-unknown': 'secret unknown',
  'service-limits': 'service limits',
  'set-aside': 'set aside',
  'signing-secret-missing': 'signing secret missing',
  'source-answer-invalid': 'source answer invalid',
  'source-answer-too-large': 'source answer too large',
  'source-answer-unexpected': 'source answer unexpected',
  'source-denied': 'source denied',
  'source-invalid': 'source invalid',
  'source-lacks': 'source lacks',
  'source-missing': 'source missing',
  'source-not-found': 'source not found',
  'source-query-refused': 'source query refused',
  'source-rate-limited': 'source rate limited',
  'source-unavailable': 'source unavailable',
  'source-api-key-missing': 'source: API key missing',
  'source-secret-missing': 'source: secret missing',
  'space-in-the-url': 'space in the URL',
  'store-cannot-be-opened': 'store cannot be opened',
  'store-corrupt': 'store corrupt',
  'store-in-use-elsewhere': 'store in use elsewhere',
  'store-invalid': 'store invalid',
  'store-is-closed': 'store is closed',
  'store-is-damaged': 'store is damaged',
  'store-is-from-a-newer-version': 'store is from a newer version',
  'store-is-read-only': 'store is read-only',
  'store-missing': 'store missing',
  'store-path-is-a-folder': 'store path is a folder',
  'store-settings': 'store settings',
  'store-unavailable': 'store unavailable',
  'store-was-removed': 'store was removed',
  'store-disk-error': 'store: disk error',
  'template-invalid': 'template invalid',
  'template-line-line-column-column': 'template: line __line__, column __column__',
  timeout: 'timeout',
  'tls-code': 'tls',
  'tls-missing': 'tls missing',
  'token-missing': 'token missing',
  'trigger-invalid': 'trigger invalid',
  unauthorized: 'unauthorized',
  'unexpected-answer': 'unexpected answer',
  'unknown-what': 'unknown __what__',
  'unknown-kind-of-source': 'unknown kind of source',
  'unknown-mode': 'unknown mode',
  'unknown-what-the-key-sees': 'unknown what the key sees',
  'unsupported-media-type': 'unsupported media type',
  'variable-in-the-url': 'variable in the URL',
  'variable-missing': 'variable missing',
  'webhook-disabled': 'webhook disabled',
  'webhook-invalid': 'webhook invalid',
  'webhook-missing': 'webhook missing',
  'database-away': 'database away',
  'database-is-busy': 'database is busy',
  'database-is-full': 'database is full',
  'database-is-read-only': 'database is read-only',
  'database-certificate': 'database: certificate',
  'database-login-refused': 'database: login refused',
  'database-no-tls': 'database: no TLS',
  'database-no-connection': 'database: no connection',
  'database-no-right': 'database: no right',
  'database-no-such-name': 'database: no such name',
  'database-is-newer': 'database is newer',
  'database-is-too-old': 'database is too old',
  'database-not-utf8': 'database: not UTF8',
  'database-no-driver': 'database: no driver',
  'database-tables-missing': 'database: tables missing',
  'database-wrong-setting': 'database: wrong setting',
  'mapping-failed': 'mapping failed',
} as const satisfies Readonly<Record<string, string>>

export type StatusWords = keyof typeof STATUS_WORDS

/** One part of a status: what it says, and with which names and numbers. */
export interface StatusPart {
  readonly words: StatusWords
  readonly values: Readonly<Record<string, string>>
}

const FIXED = new Map<string, StatusWords>()
const FILLED: { readonly words: StatusWords; readonly parts: readonly string[]; readonly names: readonly string[] }[] =
  []
for (const [words, text] of Object.entries(STATUS_WORDS) as [StatusWords, string][]) {
  // text, name, text, name, …, text
  const pieces = text.split('__')
  if (pieces.length === 1) FIXED.set(text, words)
  else
    FILLED.push({ words, parts: pieces.filter((_, at) => at % 2 === 0), names: pieces.filter((_, at) => at % 2 === 1) })
}

// the one that says most itself comes first
FILLED.sort((one, other) => other.parts.join('').length - one.parts.join('').length)

/** What a part of a status says; null when it is none of ours, such as the name of an event or a time. */
export function statusPart(text: string): StatusPart | null {
  const fixed = FIXED.get(text)
  if (fixed !== undefined) return { words: fixed, values: {} }
  for (const { words, parts, names } of FILLED) {
    const found = filledIn(text, parts)
    if (found) return { words, values: Object.fromEntries(names.map((name, index) => [name, found[index] ?? ''])) }
  }
  return null
}

/** What stands between these parts of a text, of which each is looked for once; null when they are not all there. */
function filledIn(text: string, [first = '', ...parts]: readonly string[]): string[] | null {
  if (!text.startsWith(first)) return null
  const found: string[] = []
  let from = first.length
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1
    const at = isLast ? (text.endsWith(part) ? text.length - part.length : -1) : text.indexOf(part, from + 1)
    if (at <= from) return null
    found.push(text.slice(from, at))
    from = at + part.length
  }
  return found
}

/** A status in another language. @param say one part in it */
export function sayStatus(text: string, say: (part: StatusPart) => string): string {
  const said = (one: string): string => {
    const part = statusPart(one)
    if (part === null) return one
    const { why } = part.values
    return say(why === undefined ? part : { ...part, values: { ...part.values, why: said(why) } })
  }
  const isWhole = (one: string): boolean => STATUS_WORDS[statusPart(one)?.words ?? 'listening'].includes(', ')
  return text
    .split(' · ')
    .map((part) => (isWhole(part) ? said(part) : part.split(', ').map(said).join(', ')))
    .join(' · ')
}
