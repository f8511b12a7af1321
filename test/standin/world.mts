import { Population } from './population.mts'
import type { Alias, Artifact, Collection, Entity, Membership, Project, Run, Trigger, User } from './things.mts'

export interface NewVersion {
  readonly metadata?: Record<string, unknown>
  readonly aliases?: readonly string[]
  /** Who made it: a run, or a user without one. */
  readonly run?: Run
  readonly user?: User
  readonly state?: Artifact['state']
  /** Made by something that can make no versions yet. */
  readonly later?: boolean
}

/** A small W&B in memory, with the verbs that change it. Everything that happens has a time of its own. */
export class World extends Population {
  readonly artifacts = new Map<number, Artifact>()

  /** A new version of a sequence. A pending one is seen only once it is committed. */
  createVersion(
    sequence: Collection,
    { metadata = {}, aliases = [], run, user, state = 'COMMITTED', later }: NewVersion = {},
  ): Artifact {
    const at = this.tick()
    const artifact: Artifact = {
      id: this.id(),
      sequence,
      versionIndex: sequence.nextIndex,
      metadata,
      description: '',
      tags: new Set(),
      state,
      createdAt: at,
      updatedAt: at,
      createdBy: later ? 'later' : run ? { run } : user ? { user } : null,
      memberships: [],
    }
    this.artifacts.set(artifact.id, artifact)
    const author = user ?? run?.user ?? null
    this.#join(sequence, artifact, author)
    if (state === 'COMMITTED') this.#name(artifact, sequence, ['latest', ...aliases], author)
    return artifact
  }

  /** Commits a version that was pending. */
  commit(artifact: Artifact): void {
    this.#touch(artifact.sequence, this.tick())
    artifact.state = 'COMMITTED'
  }

  /** Deletes a version with all its memberships. */
  deleteVersion(artifact: Artifact): void {
    artifact.state = 'DELETED'
    for (const membership of artifact.memberships.splice(0)) this.#leave(membership)
  }

  link(
    artifact: Artifact,
    portfolio: Collection,
    aliases: readonly string[] = [],
    user: User | null = null,
  ): Membership {
    const found = artifact.memberships.find((membership) => membership.collection === portfolio)
    const membership = found ?? this.#join(portfolio, artifact, user)
    this.#name(artifact, portfolio, found ? aliases : ['latest', ...aliases], user)
    return membership
  }

  unlink(artifact: Artifact, portfolio: Collection, user: User | null = null): void {
    const membership = this.#membership(artifact, portfolio)
    artifact.memberships.splice(artifact.memberships.indexOf(membership), 1)
    this.#leave(membership)
    portfolio.actions.push({ id: this.id(), type: 'UNLINK', at: this.now, user, artifact })
  }

  /** Gives the version these aliases in the collection, taking them from whichever version had them. */
  addAlias(
    artifact: Artifact,
    collection: Collection,
    aliases: string | readonly string[],
    user: User | null = null,
  ): void {
    this.#name(artifact, collection, typeof aliases === 'string' ? [aliases] : aliases, user)
  }

  removeAlias(artifact: Artifact, collection: Collection, alias: string, user: User | null = null): void {
    const { aliases } = this.#membership(artifact, collection)
    const index = aliases.findIndex((each) => each.alias === alias)
    if (index < 0) throw new Error(`${collection.name} has no alias ${alias} there`)
    aliases.splice(index, 1)
    const at = this.tick()
    this.#touch(collection, at)
    collection.aliasActions.push({ id: this.id(), type: 'DELETE', at, user, artifact, alias })
  }

  tag(artifact: Artifact, tag: string): void {
    artifact.tags.add(tag)
    artifact.updatedAt = this.tick()
  }

  untag(artifact: Artifact, tag: string): void {
    artifact.tags.delete(tag)
    artifact.updatedAt = this.tick()
  }

  tagCollection(collection: Collection, tag: string): void {
    collection.tags.add(tag)
    collection.updatedAt = this.tick()
  }

  untagCollection(collection: Collection, tag: string): void {
    collection.tags.delete(tag)
    collection.updatedAt = this.tick()
  }

  /** Sets a run's state. A crash is what the server says when heartbeats stop, so it comes without one. */
  runState(run: Run, state: string): void {
    run.state = state
    const at = this.tick()
    if (state !== 'crashed') run.heartbeatAt = at
  }

  /** Logs rows of metrics; a row without `_step` gets the next one. */
  logMetrics(run: Run, rows: readonly Record<string, number>[]): void {
    for (const row of rows) run.history.push({ _step: (run.history.at(-1)?.['_step'] ?? -1) + 1, ...row })
    run.heartbeatAt = this.tick()
  }

  /** Logs system metrics, as the SDK does every 15 seconds. */
  logSystem(run: Run, row: Record<string, number>): void {
    run.heartbeatAt = this.tick()
    run.events.push({ _timestamp: this.now / 1000, ...row })
  }

  /** An automation. `filter` is what the server would give, as an object or as text. */
  addTrigger(
    scope: Project | Collection | Entity,
    trigger: Pick<Trigger, 'name' | 'eventType' | 'action'> & {
      filter: unknown
      enabled?: boolean
      description?: string | null
      later?: Trigger['later']
    },
  ): Trigger {
    const added: Trigger = {
      ...trigger,
      id: this.id(),
      description: trigger.description ?? null,
      enabled: trigger.enabled ?? true,
      later: trigger.later ?? [],
      scope,
      filter: typeof trigger.filter === 'string' ? trigger.filter : JSON.stringify(trigger.filter),
      createdAt: this.tick(),
      updatedAt: null,
    }
    const owner = 'memberships' in scope ? scope.project : scope
    owner.triggers.push(added)
    return added
  }

  /** Removes it wherever it is; says whether it was there. */
  removeTrigger(id: number): boolean {
    for (const { triggers } of [...this.projects, ...this.entities]) {
      const index = triggers.findIndex((trigger) => trigger.id === id)
      if (index >= 0) return triggers.splice(index, 1).length > 0
    }
    return false
  }

  #join(collection: Collection, artifact: Artifact, user: User | null): Membership {
    const at = this.tick()
    const index = collection.nextIndex
    const membership: Membership = { id: this.id(), collection, artifact, index, createdAt: at, aliases: [] }
    collection.nextIndex += 1
    collection.memberships.push(membership)
    artifact.memberships.push(membership)
    this.#touch(collection, at)
    const type = collection.kind === 'PORTFOLIO' ? 'LINK' : 'CREATE'
    collection.actions.push({ id: this.id(), type, at, user, artifact })
    return membership
  }

  #leave(membership: Membership): void {
    const { memberships } = membership.collection
    memberships.splice(memberships.indexOf(membership), 1)
    this.#touch(membership.collection, this.tick())
  }

  #name(artifact: Artifact, collection: Collection, aliases: readonly string[], user: User | null): void {
    const membership = this.#membership(artifact, collection)
    const at = this.tick()
    for (const alias of aliases) {
      if (membership.aliases.some((each) => each.alias === alias)) continue
      for (const other of collection.memberships) {
        const index = other.aliases.findIndex((each) => each.alias === alias)
        if (index >= 0) other.aliases.splice(index, 1)
      }
      const added: Alias = { id: this.id(), alias }
      membership.aliases.push(added)
      collection.aliasActions.push({ id: this.id(), type: 'ADD', at, user, artifact, alias })
    }
    this.#touch(collection, at)
  }

  #membership(artifact: Artifact, collection: Collection): Membership {
    const found = artifact.memberships.find((membership) => membership.collection === collection)
    if (!found) throw new Error(`version ${artifact.id} is not in ${collection.name}`)
    return found
  }

  #touch(collection: Collection, at: number): void {
    if (this.touches) collection.updatedAt = at
  }
}
