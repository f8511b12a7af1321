import type { ArtifactEvent } from '../events/event.js'

/** A deployed source whose flows run, as the engine sees it. */
export interface SourcePort {
  /** Ids of the automations that match and have a sender behind them; decides whether an event has settled. */
  automationsOf(event: ArtifactEvent): readonly string[]
  /** Hands an event to the flows that was accepted earlier: while they were stopped, or before a crash. */
  route(event: ArtifactEvent): void
}
