import type { DeliveryFilter, WebhookState } from '../delivery-queue.js'
import type { Cursor, EventFilter, EventPage } from '../event-log.js'
import type { Page } from '../page.js'
import type { Statistics } from '../statistics.js'
import type { DeliveryStore } from '../store.js'
import type { Query } from './database.js'
import * as events from './events.js'
import * as history from './history.js'
import { count, listRows, pageOf } from './list.js'
import { listEvents, listTexts } from './list-events.js'
import { readStatistics } from './statistics.js'
import * as webhooks from './webhooks.js'

/** What a store is asked and does not change. */
export abstract class Reading {
  /** Rejects in words while the store is not open. */
  protected abstract query: Query
  readonly statistics: Statistics = readStatistics((sql, ...values) => this.query(sql, ...values))

  async cursor(key: string): Promise<Cursor> {
    return events.cursor(this.query, key)
  }

  async event(source: string, eventId: string): ReturnType<DeliveryStore['event']> {
    return events.event(this.query, source, eventId)
  }

  async automationsReached(eventId: string): Promise<readonly string[]> {
    return events.automationsReached(this.query, eventId)
  }

  async events(filter: EventFilter, page: EventPage): ReturnType<DeliveryStore['events']> {
    return listEvents(this.query, filter, page)
  }

  async eventTexts(filter: EventFilter, page: EventPage): ReturnType<DeliveryStore['eventTexts']> {
    return listTexts(this.query, filter, page)
  }

  async delivery(id: string): ReturnType<DeliveryStore['delivery']> {
    return history.delivery(this.query, id)
  }

  async deliveries(filter: DeliveryFilter, page: Page): ReturnType<DeliveryStore['deliveries']> {
    return pageOf(await listRows(this.query, filter, page))
  }

  async count(filter: DeliveryFilter, signal?: AbortSignal): Promise<number> {
    return count(this.query, filter, signal)
  }

  async lastResult(webhook: string, sender: string): ReturnType<DeliveryStore['lastResult']> {
    return history.lastResult(this.query, webhook, sender)
  }

  async webhookStates(): Promise<ReadonlyMap<string, WebhookState>> {
    return webhooks.webhookStates(this.query)
  }

  async pending(): ReturnType<DeliveryStore['pending']> {
    const rows = await this.query(
      `SELECT webhook_id AS webhook, sender_id AS sender, count(*) AS count FROM @deliveries WHERE status = 0 GROUP BY 1, 2`,
    )
    return rows as unknown as Awaited<ReturnType<DeliveryStore['pending']>>
  }

  async oldestPending(): Promise<number | null> {
    return history.oldestPending(this.query)
  }
}
