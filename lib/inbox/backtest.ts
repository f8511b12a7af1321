import type { Automation } from '../automations/automation.js'
import type { Payload } from '../automations/flow/carried.js'
import type { DeliveryStatus } from '../delivery/delivery.js'
import { subjectOf } from '../events/subject.js'
import type { EventFilter, EventPage, KnownEvent } from '../store/event-log.js'
import { maySend } from './missed.js'
import type { Turns } from './turns.js'

export interface BacktestWish {
  readonly automation: Automation
  /** Unix milliseconds: since included, until not. */
  readonly since?: number
  readonly until?: number
  /** Results at most. */
  readonly limit: number
  /** The `next` of an earlier answer. */
  readonly before?: string
}

export interface MadeDelivery {
  readonly id: string
  readonly status: DeliveryStatus
}

export interface BacktestPorts {
  events(
    filter: EventFilter,
    page: EventPage,
  ): Promise<{ readonly events: readonly KnownEvent[]; readonly next: string | null }>
  /** What an automation made of an event. */
  deliveries(automation: string, eventId: string): Promise<readonly MadeDelivery[]>
  readonly turns: Turns
}

export interface BacktestResult {
  readonly source: string
  readonly event_id: string
  readonly received_at: string
  readonly event_type: string
  /** The alias or tag, or nothing. */
  readonly subject: string
  readonly payloads: readonly Omit<Payload, 'sends'>[]
  readonly deliveries: readonly MadeDelivery[]
}

export interface BacktestAnswer {
  readonly looked_at: number
  readonly fired: number
  readonly sent: number
  readonly missed: number
  readonly days: readonly { readonly day: string; readonly looked_at: number; readonly fired: number }[]
  readonly results: readonly BacktestResult[]
  readonly next: string | null
}

const PAGE = 200
/** Payloads may be 1 MiB each: an answer has so many bytes of them, and one result more. */
const MOST_BYTES = 8 * 1024 * 1024

/**
 * What an automation would have done with the events of a past time, newest first. Nothing is stored or sent. The first
 * call counts all of that time; a further page looks only as far as its own results.
 */
export async function backtest(
  wish: BacktestWish,
  { events, deliveries, turns }: BacktestPorts,
): Promise<BacktestAnswer> {
  const { automation, since, until, limit } = wish
  const filter = {
    source: automation.source,
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  }
  const days = new Map<string, { looked_at: number; fired: number }>()
  const results: BacktestResult[] = []
  const counts = { looked_at: 0, fired: 0, sent: 0, missed: 0 }
  let bytes = 0
  let next: string | null = null
  let last: string | undefined
  const isFull = () => results.length >= limit || bytes >= MOST_BYTES

  for (let before = wish.before; ; ) {
    const page = await events(filter, { limit: PAGE, ...(before !== undefined && { before }) })
    for (const known of page.events) {
      await turns.next()
      const fires = automation.starts(known.event)
      if (fires && isFull()) {
        next ??= last ?? null
        if (wish.before !== undefined) return { ...counts, days: daysOf(days), results, next }
      }
      counts.looked_at += 1
      const day = dayOf(days, known)
      day.looked_at += 1
      if (!fires) continue
      counts.fired += 1
      day.fired += 1
      const made = await deliveries(automation.id, known.event.event_id)
      if (made.length > 0) counts.sent += 1
      if (made.length > 0 && isFull()) continue
      const { payloads } = automation.follow(known.event)
      if (made.length === 0 && maySend(payloads)) counts.missed += 1
      if (isFull()) continue
      results.push(resultOf(known, payloads, made))
      for (const { body } of payloads) bytes += body?.length ?? 0
      last = String(known.seq)
    }
    await turns.next()
    if (page.next === null) break
    before = page.next
  }
  return { ...counts, days: daysOf(days), results, next }
}

function dayOf(days: Map<string, { looked_at: number; fired: number }>, { received_at: at }: KnownEvent) {
  const name = at.slice(0, 'yyyy-mm-dd'.length)
  let day = days.get(name)
  if (day === undefined) {
    day = { looked_at: 0, fired: 0 }
    days.set(name, day)
  }
  return day
}

/** Newest first, as the results are. */
const daysOf = (days: ReadonlyMap<string, { looked_at: number; fired: number }>) =>
  [...days].map(([day, counts]) => ({ day, ...counts })).sort((a, b) => (a.day < b.day ? 1 : -1))

function resultOf(
  known: KnownEvent,
  payloads: readonly Payload[],
  deliveries: readonly MadeDelivery[],
): BacktestResult {
  const { source, received_at, event } = known
  return {
    source,
    event_id: event.event_id,
    received_at,
    event_type: event.event_type,
    subject: subjectOf(event),
    payloads: payloads.map(({ sends: _, ...payload }) => payload),
    deliveries,
  }
}
