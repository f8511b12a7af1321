import type { RunRule } from '../../../automations/run-rule.js'
import type { Draft } from '../../watch/store.js'
import type { Skip, WandbClient } from '../client.js'
import type { RunPlace } from './report.js'

/** At most one event for a rule (or a state) of a run in so many milliseconds, as W&B has it. */
export const REST = 24 * 60 * 60 * 1000

export interface RunContext {
  readonly client: WandbClient
  readonly draft: Draft
  readonly rules: readonly RunRule[]
  readonly place: RunPlace
  readonly signal: AbortSignal | undefined
  readonly onSkip?: Skip | undefined
  /** When the look before this one was, Unix milliseconds by the server's clock; 0 when there was none. */
  readonly lastLook: number
  /** When the project was not there yet, likewise; 0 when nobody knows of such a time. */
  readonly absentAt: number
}
