import type { Events } from './events.js'
import type { SeenModel, SeenVersion } from './seen.js'
import { keptTags, type ModelState, type Registered, type VersionState } from './state.js'

type Texts = Readonly<Record<string, string>>

/** Takes over what was seen of things, and tells what is another. */
export class Comparison {
  readonly #known: Registered
  readonly #events: Events
  /** What is older, by the server's clock, is none of what happened since the first look; null: this is the first. */
  readonly #since: number | null

  constructor(known: Registered, events: Events, since: number | null) {
    this.#known = known
    this.#events = events
    this.#since = since
  }

  /** A model that was not there: what it has is new, unless it is older than the first look, and could not be seen then. */
  admit(seen: SeenModel): void {
    const { name, created } = seen
    const nothing = { aliases: {}, tags: {} }
    const had = this.#isOld(created) ? { aliases: seen.aliases, tags: seen.tags && keptTags(seen.tags) } : nothing
    this.#known.setModel(name, { created, updated: 0, top: 0, ...had, blocks: [] })
  }

  /** Tags and aliases of a model that is known. Those of its versions come before, so that nobody hears of an unknown one. */
  model({ name, tags, aliases }: SeenModel): void {
    const known = this.#known.model(name)
    if (!known) return
    const next: ModelState = {
      ...known,
      tags: tags === null ? known.tags : keptTags(tags),
      aliases: aliases ?? known.aliases,
    }
    if (tags !== null) {
      changes(known.tags, next.tags, {
        set: (key) => this.#events.modelTagSet(name, key, tags[key] ?? ''),
        deleted: (key) => this.#events.modelTagDeleted(name, key),
      })
    }
    changes(known.aliases, next.aliases, {
      set: (alias, version) => this.#events.aliasSet({ name, version }, alias),
      deleted: (alias) => this.#events.aliasDeleted(name, alias),
    })
    if (!same(known.aliases, next.aliases) || !same(known.tags, next.tags)) this.#known.setModel(name, next)
  }

  /**
   * @param oldUntil what was made until then, by the server's clock, was there at the first look
   * @returns `stranger` when its model is not known, so that nothing is either
   */
  version(seen: SeenVersion, oldUntil = 0): 'stranger' | 'same' | 'new' {
    const { name, version, created, updated, stage } = seen
    const model = this.#known.model(name)
    if (!model) return 'stranger'
    if (updated > model.top) this.#known.setModel(name, { ...model, top: updated })
    const before = this.#known.version(name, version)
    const isOld = created <= oldUntil || this.#isOld(created)
    const unseen = isOld ? null : {}
    const tags = seen.tags === null ? (before?.tags ?? unseen) : keptTags(seen.tags)
    const next: VersionState = { created, stage, tags }
    if (before && before.created !== created) this.versionGone(name, version)
    const known = this.#known.version(name, version)
    if (!known && !isOld) this.#isNew(seen)
    else if (known) {
      this.#staged(seen, known.stage)
      if (seen.tags !== null) this.#tagged(seen, seen.tags, known.tags, tags)
    }
    if (known && known.stage === stage && same(known.tags, tags)) return 'same'
    this.#known.setVersion(name, version, next)
    return 'new'
  }

  #isNew(seen: SeenVersion): void {
    this.#events.created(seen)
    for (const [key, value] of Object.entries(seen.tags ?? {})) this.#events.tagSet(seen, key, value)
    if (seen.stage !== '') this.#events.aliasSet(seen, seen.stage)
  }

  #isOld(created: number): boolean {
    return this.#since === null || created < this.#since
  }

  #staged(seen: SeenVersion, before: string): void {
    if (seen.stage === before) return
    if (before !== '') this.#events.stageLeft(seen, before)
    if (seen.stage !== '') this.#events.aliasSet(seen, seen.stage)
  }

  #tagged(seen: SeenVersion, told: Texts, before: Texts | null, after: Texts | null): void {
    changes(before, after, {
      set: (key) => this.#events.tagSet(seen, key, told[key] ?? ''),
      deleted: (key) => this.#events.tagDeleted(seen, key),
    })
  }

  versionGone(name: string, version: number): void {
    const known = this.#known.version(name, version)
    if (!known) return
    for (const key of Object.keys(known.tags ?? {})) this.#events.tagDeleted({ name, version }, key)
    if (known.stage !== '') this.#events.stageLeft({ name, version }, known.stage)
    this.#events.deleted({ name, version })
    this.#known.setVersion(name, version, null)
  }

  /** Everything that it had is told to be gone. */
  modelGone(name: string): void {
    const known = this.#known.model(name)
    if (!known) return
    for (const alias of Object.keys(known.aliases ?? {})) this.#events.aliasDeleted(name, alias)
    for (const version of this.#known.versions(name).keys()) this.versionGone(name, version)
    for (const key of Object.keys(known.tags ?? {})) this.#events.modelTagDeleted(name, key)
    this.#known.remove(name)
  }
}

/** What was set, or set to something else, and what is there no longer; nothing of what nobody had looked at. */
function changes<T>(
  before: Readonly<Record<string, T>> | null,
  after: Readonly<Record<string, T>> | null,
  { set, deleted }: { set(key: string, value: T): void; deleted(key: string): void },
): void {
  if (before === null || after === null) return
  for (const [key, value] of Object.entries(after)) {
    if (!Object.hasOwn(before, key) || before[key] !== value) set(key, value)
  }
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) deleted(key)
}

function same<T>(one: Readonly<Record<string, T>> | null, other: Readonly<Record<string, T>> | null): boolean {
  if (one === null || other === null) return one === other
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && other[key] === one[key])
  )
}
