/** An automation as W&B has it, read from its answer. */
export interface Automation {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly enabled: boolean
  readonly scope: AutomationScope
  /** W&B's name, such as `LINK_MODEL`. */
  readonly eventType: string
  /** Parsed; what of it is understood is decided when it is translated. */
  readonly filter: unknown
  readonly action: AutomationAction
  /** Why its trigger cannot be known, in words: it must not fire as it is read here. Null when all was understood. */
  readonly problem: string | null
}

export interface AutomationScope {
  /** The entity that was asked, or that owns the collection: W&B gives a project's name without its entity. */
  readonly entity: string
  /** Full name; null for an entity as a whole. */
  readonly project: string | null
  readonly collection: string | null
  /** The organization's name when the entity is an organization's own; else empty. */
  readonly organization: string
}

export type AutomationAction =
  | { readonly kind: 'webhook'; readonly webhook: WebhookEntry; readonly payload: string | null }
  | {
      readonly kind: 'slack'
      readonly team: string
      readonly channel: string
      readonly title: string
      readonly message: string
      readonly severity: string
    }
  | { readonly kind: 'nothing' }
  /** Something that only W&B can do; `what` in words. */
  | { readonly kind: 'unsupported'; readonly what: string }

export interface WebhookEntry {
  readonly id: string
  readonly name: string
  readonly url: string
  /** Names of secrets; null when there is none, undefined when the server does not say. */
  readonly accessTokenRef: string | null | undefined
  readonly secretRef: string | null | undefined
}

/** What somebody has to know or do about one automation. */
export interface Remark {
  readonly automation: string
  /** `note`: carried over, with a difference. `missing`: not as it was, and therefore disabled or left out. */
  readonly severity: 'note' | 'missing'
  readonly message: string
}
