import type { DeliveryFilter } from '../delivery-queue.js'
import { idText } from '../id-text.js'
import { STATUSES } from '../statuses.js'
import type { Context } from './context.js'

/** Rows of `deliveries` that an index has together, newest first if read by `seq DESC`. */
export interface Range {
  readonly where: string
  readonly values: readonly (string | number)[]
}

/** What fits a filter, but for its bounds of time and its search. */
export function ranges(context: Context, filter: DeliveryFilter): Range[] {
  const { status, automation, webhook, event_id } = filter
  const wanted = status === undefined ? STATUSES.map((_, index) => index) : [STATUSES.indexOf(status)]
  if (event_id !== undefined) {
    return rangesOfEvent(context, event_id).map((range) => within(range, filter))
  }
  if (automation !== undefined) {
    const webhooks = webhook === undefined ? webhooksOf(context, automation) : [webhook]
    return webhooks.flatMap((id) =>
      wanted.map((code) => ({
        where: 'automation_id = ? AND webhook_id = ? AND status = ?',
        values: [automation, id, code],
      })),
    )
  }
  if (webhook === undefined && status === undefined) return [{ where: 'true', values: [] }]
  const webhooks = webhook === undefined ? allWebhooks(context) : [webhook]
  return webhooks.flatMap((id) =>
    wanted.map((code) => ({ where: 'webhook_id = ? AND status = ?', values: [id, code] })),
  )
}

/** The deliveries of all events with this id. */
export function rangesOfEvent({ db }: Pick<Context, 'db'>, eventId: string): Range[] {
  const id = idText(eventId)
  const events = db.all('SELECT seq FROM events WHERE event_id = ?', id)
  return [
    ...events.map(({ seq }) => ({ where: 'event_seq = ?', values: [seq as number] })),
    { where: 'event_seq IS NULL AND event_id = ?', values: [id] },
  ]
}

/** An event has few deliveries: the other conditions are checked row by row. */
function within({ where, values }: Range, { status, automation, webhook }: DeliveryFilter): Range {
  // The plus sign keeps SQLite from choosing the index of a column that says less than the event.
  const conditions: [string, string | number][] = []
  if (status !== undefined) conditions.push(['+status', STATUSES.indexOf(status)])
  if (automation !== undefined) conditions.push(['+automation_id', automation])
  if (webhook !== undefined) conditions.push(['+webhook_id', webhook])
  return {
    where: [where, ...conditions.map(([column]) => `${column} = ?`)].join(' AND '),
    values: [...values, ...conditions.map(([, value]) => value)],
  }
}

/** Distinct values by jumping along the index, as SQLite's SELECT DISTINCT would read all of it. */
function distinctWebhooks(condition: string): string {
  return `
    WITH RECURSIVE found (id) AS (
      SELECT min(webhook_id) FROM deliveries WHERE ${condition}
      UNION ALL
      SELECT (SELECT min(webhook_id) FROM deliveries WHERE ${condition} AND webhook_id > found.id)
      FROM found WHERE found.id IS NOT NULL
    )
    SELECT id FROM found WHERE id IS NOT NULL`
}

const ALL_WEBHOOKS = distinctWebhooks('true')
const WEBHOOKS_OF = distinctWebhooks('automation_id = ?')

export function allWebhooks({ db }: Context): string[] {
  return db.all(ALL_WEBHOOKS).map((row) => row['id'] as string)
}

function webhooksOf({ db }: Context, automation: string): string[] {
  return db.all(WEBHOOKS_OF, automation, automation).map((row) => row['id'] as string)
}
