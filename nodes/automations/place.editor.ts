import type { KnownAutomations } from './known-automations.editor.js'
import type { Live } from './live.editor.js'
import type { Detail } from './panel.editor.js'
import type { Wish } from './query.js'

export type TabName = 'automations' | 'history' | 'events' | 'webhooks' | 'secrets'

/** Where a view stands: what it can have shown elsewhere in the sidebar. */
export interface Place {
  readonly live: Live
  readonly automations: KnownAutomations
  /** Opens something over the list of the tab that is in front. @param watched what `live` knows it by */
  open(detail: Detail, watched?: string): void
  back(): void
  /** The history with a filter. */
  showDeliveries(wish: Wish): void
  openDelivery(id: string): void
  /** Which automations an event started, and why not. */
  openWhy(source: string, eventId: string): void
}

/** A tab's list. */
export interface View {
  readonly element: HTMLElement
  /** The focus goes to its rows. */
  focus(): void
}
