import type { AutomationError } from '../../error.js'
import type { ErrorCode } from '../../error-codes.js'
import type { ArtifactEvent } from '../../events/event.js'
import type { RenderedValues } from '../../template/rendered-values.js'
import type { SecretSlot } from '../../template/slot.js'

/** What is known of a message on its way, beside its event. */
export type Carried =
  | { readonly kind: 'event' }
  | {
      readonly kind: 'rendered'
      /** The template that it is from, by the id under which it runs. */
      readonly by: string
      readonly text: string
      readonly slots: readonly SecretSlot[]
      /** What is the event's in the text. */
      readonly rendered: RenderedValues
      readonly missing: readonly string[]
    }
  /** There is no message: a template could not be filled. Only the senders that get nothing for it are of interest. */
  | { readonly kind: 'failed'; readonly by: string; readonly error: AutomationError }
  /** It went through a node of which nobody knows what it does. */
  | { readonly kind: 'unknown'; readonly because: string }

export type Verdict = 'passes' | 'drops' | 'sends' | 'unknown'

/** A node, as people know it: the id under which it runs, its type, its name. */
export interface NodeName {
  readonly id: string
  readonly type: string
  readonly name: string
}

/** What one node does with a message. */
export interface Step {
  readonly node: NodeName
  readonly verdict: Verdict
  /** A sentence. */
  readonly reason: string
}

export interface Followed {
  readonly steps: readonly Step[]
  readonly payloads: readonly Payload[]
}

interface Named {
  readonly id: string
  readonly name: string
}

/** What a sender would send of an event, or why that is not known or nothing. */
export interface Payload {
  readonly sender: Named
  readonly webhook: Named
  /** Whether a delivery would be made, live or as a dry run, that is not known to fail; null: nobody knows. */
  readonly sends: boolean | null
  /** With every secret as the template wrote it. */
  readonly body?: string
  /** Names that the event has no value for. */
  readonly missing: readonly string[]
  readonly error?: { readonly code: ErrorCode; readonly message: string }
}

/** What a node of this package makes of a message. */
export interface Outcome {
  readonly verdict: Verdict
  readonly reason: string
  /** The outputs that it leaves by; null: all of them. */
  readonly outputs: readonly number[] | null
  readonly carried: Carried
  readonly payload?: Payload
}

/** A node of this package, compiled once and asked for every event. */
export type NodeJudge = (event: ArtifactEvent, carried: Carried, automationName: string) => Outcome
