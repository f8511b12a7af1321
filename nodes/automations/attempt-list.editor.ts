import type { Attempt, Delivery } from '../../lib/delivery/delivery.js'
import { element } from '../editor/element.js'
import { timeLine } from './drawing.editor.js'
import { headersTable, output, pretty } from './facts.editor.js'
import { statusMark, timeMark } from './status-words.editor.js'
import { lengthOf } from './times.js'
import { times, words } from './words.editor.js'

/** Every attempt on a line of time, with the next one, and each with its answer below. */
export function attemptList(delivery: Delivery, log: readonly Attempt[]): HTMLElement[] {
  const next = delivery.next_attempt_at
  const ahead = delivery.status === 'pending' && next ? Date.parse(next) : null
  if (log.length === 0)
    return [element('p', { class: 'aa-quiet' }, words(ahead === null ? 'delivery.no-attempt' : 'delivery.waits'))]
  const marks = log.map(({ started_at: at, error }) => ({ at: Date.parse(at), failed: error !== undefined }))
  const told = log.map((attempt, index) => `${index + 1}: ${times.full(attempt.started_at)}, ${outcome(attempt)}`)
  const drawing = timeLine(
    marks,
    ahead,
    [...told, ...(next && ahead !== null ? [words('delivery.next-at', { time: times.full(next) })] : [])].join('; '),
  )
  return [
    element('div', { class: 'aa-timeline' }, drawing),
    element('ol', { class: 'aa-attempts' }, ...log.map((attempt, index) => item(attempt, index === log.length - 1))),
  ]
}

const outcome = ({ status_code: code, error }: Attempt): string =>
  [code, error?.message].filter((part) => part !== undefined).join(' · ') || words('delivery.interrupted')

function item(attempt: Attempt, open: boolean): HTMLElement {
  const {
    started_at: at,
    duration_ms: took,
    status_code: code,
    error,
    response_headers: headers,
    response_body: body,
    request,
  } = attempt
  return element(
    'li',
    {},
    element(
      'details',
      { open },
      element(
        'summary',
        {},
        statusMark(
          error ? 'failed' : 'delivered',
          String(code ?? error?.code.replaceAll('_', ' ') ?? words('delivery.interrupted')),
        ),
        ' · ',
        timeMark(at),
        ` · ${lengthOf(took)}`,
      ),
      error ? element('p', { class: 'aa-text-error' }, error.message) : null,
      headers ? headersTable(words('delivery.answer-headers'), headers) : null,
      body ? output(pretty(body), words('delivery.answer')) : null,
      request ? headersTable(words('delivery.sent-headers'), request.headers) : null,
    ),
  )
}
