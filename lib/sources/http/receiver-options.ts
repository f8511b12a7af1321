import type { AutomationError } from '../../error.js'
import type { ArtifactEvent } from '../../events/event.js'
import type { Secret } from '../../secrets/secret.js'
import type { MappedBy } from '../mapped/read-mapped.js'
import type { BodyLimits } from './body.js'
import type { HttpSourceSettings } from './settings.js'

/** What became of one event. */
export interface Receipt {
  readonly event_id: string
  /** Whether the source had it already. */
  readonly duplicate: boolean
  /** How many automations it starts. */
  readonly automations: number
}

export interface ReceiverOptions {
  readonly settings: HttpSourceSettings
  /** Asked at each request, so that a secret may change; `undefined` asks whoever has to authenticate to come again. */
  secret(): Secret | undefined
  /**
   * Stores events, all or none; one receipt each, in order. May reject with an AutomationError: a
   * retryable one, or one of the store, tells the sender to come again.
   */
  accept(events: readonly ArtifactEvent[]): Promise<readonly Receipt[]>
  /** The newest event of this source that fits, as far as it looks back; null when there is none. */
  newest?(fits: (event: ArtifactEvent) => boolean): Promise<ArtifactEvent | null>
  /** Evaluates the mapping of the settings, if they have one. */
  map?: MappedBy['map']
  /** Told what the mapping sees. */
  onInput?: MappedBy['onInput']
  now(): Date
  /** Makes the id of an event that came without one. */
  newId(): string
  /** Told how many things a registry told that are no events of ours. */
  onIgnored?(count: number): void
  /** Told why some of a message, whose other events were accepted, is left out: its sender does not hear of it. */
  onLeftOut?(error: AutomationError): void
  /** Told what a sender did wrong. */
  onRefused?(error: AutomationError): void
  /** Told why events were not accepted though the sender did nothing wrong; the sender hears no details. */
  onError?(cause: unknown): void
  readonly limits?: Partial<BodyLimits>
}
