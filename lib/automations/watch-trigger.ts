import type { RunRule } from './run-rule.js'
import type { Trigger } from './trigger.js'

/** A trigger that uses a watched source, with its rule when it waits for events of runs. */
export interface WatchTrigger {
  readonly trigger: Trigger
  readonly run: RunRule | null
}
