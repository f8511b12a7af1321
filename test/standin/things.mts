/** What lives in the stand-in's world. Times are Unix milliseconds, ids are numbers until they go on the wire. */

export interface User {
  readonly id: number
  readonly username: string
  readonly name: string
  readonly email: string
  readonly keys: string[]
}

export interface Entity {
  readonly id: number
  readonly name: string
  readonly type: 'user' | 'team' | 'organization'
  organization: Organization | null
  readonly members: Set<User>
  readonly integrations: Integration[]
  readonly triggers: Trigger[]
}

export interface Organization {
  readonly id: number
  readonly name: string
  readonly entity: Entity
  advancedSearch: boolean
}

export interface Project {
  readonly id: number
  readonly name: string
  readonly entity: Entity
  readonly createdAt: number
  updatedAt: number
  readonly description: string
  readonly types: Map<string, ArtifactType>
  readonly collections: Map<string, Collection>
  readonly runs: Map<string, Run>
  readonly triggers: Trigger[]
  /** Users who cannot see it, though they are members of its entity. */
  readonly hiddenFrom: Set<User>
}

export interface ArtifactType {
  readonly id: number
  readonly name: string
  readonly project: Project
  readonly createdAt: number
}

export interface Collection {
  readonly id: number
  /** `LATER` is a kind that W&B does not have yet. */
  readonly kind: 'SEQUENCE' | 'PORTFOLIO' | 'LATER'
  readonly name: string
  readonly project: Project
  readonly type: ArtifactType
  readonly createdAt: number
  updatedAt: number
  readonly tags: Set<string>
  /** By version index, oldest first. */
  readonly memberships: Membership[]
  nextIndex: number
  readonly aliasActions: Action[]
  readonly actions: Action[]
}

export interface Artifact {
  readonly id: number
  readonly sequence: Collection
  readonly versionIndex: number
  metadata: Record<string, unknown>
  description: string
  readonly tags: Set<string>
  state: 'PENDING' | 'COMMITTED' | 'DELETED'
  readonly createdAt: number
  updatedAt: number
  readonly createdBy: { readonly run: Run } | { readonly user: User } | 'later' | null
  readonly memberships: Membership[]
}

export interface Membership {
  readonly id: number
  readonly collection: Collection
  readonly artifact: Artifact
  readonly index: number
  readonly createdAt: number
  readonly aliases: Alias[]
}

export interface Alias {
  readonly id: number
  readonly alias: string
}

export interface Action {
  readonly id: number
  readonly type: string
  readonly at: number
  readonly user: User | null
  readonly artifact: Artifact
  readonly alias?: string
}

export interface Run {
  readonly id: number
  readonly name: string
  displayName: string
  readonly project: Project
  readonly user: User
  state: string
  readonly createdAt: number
  heartbeatAt: number
  /** One row per step, as W&B keeps it: `{"_step": 3, "loss": 0.2}`. */
  readonly history: Record<string, number>[]
  /** Rows that are counted, and cannot be read yet. */
  readonly unreadable: Set<Record<string, number>>
  /** System metrics: `{"_timestamp": …, "system.cpu": 12}`. */
  readonly events: Record<string, number>[]
}

export type Integration =
  | { readonly id: number; readonly kind: 'slack'; readonly teamName: string; readonly channelName: string }
  | {
      readonly id: number
      readonly kind: 'webhook'
      readonly name: string
      readonly url: string
      readonly accessTokenRef: string | null
      readonly secretRef: string | null
      readonly createdAt: number
    }
  | { readonly id: number; readonly kind: 'later' }

export interface Trigger {
  readonly id: number
  name: string
  description: string | null
  enabled: boolean
  scope: Project | Collection | Entity
  eventType: string
  /** Parts of it that are of types which W&B does not have yet. */
  readonly later: readonly ('scope' | 'condition')[]
  /** JSON text, as the server gives it. */
  filter: string
  action: TriggerAction
  readonly createdAt: number
  updatedAt: number | null
}

export type TriggerAction =
  | { readonly kind: 'webhook'; readonly integration: Integration; readonly payload: string | null }
  | {
      readonly kind: 'slack'
      readonly integration: Integration
      readonly title: string | null
      readonly message: string | null
      readonly severity: string | null
    }
  | { readonly kind: 'no-op' }
  | { readonly kind: 'aria'; readonly prompt: string }
  | { readonly kind: 'queue'; readonly queue: string; readonly template: string }
  | { readonly kind: 'push' }
  | { readonly kind: 'later' }
