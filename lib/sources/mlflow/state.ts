import { createHash } from 'node:crypto'
import type { Draft } from '../watch/store.js'

/** What was seen last of a model. */
export interface ModelState {
  readonly created: number
  /** Of the model, when all of its versions were known. */
  readonly updated: number
  /** The newest time of any of its versions: what moved the model's time, if it was not a removal. */
  readonly top: number
  /** Null while nobody has looked: what is there then was there already. */
  readonly aliases: Readonly<Record<string, number>> | null
  readonly tags: Readonly<Record<string, string>> | null
  /** The hundreds in which it has versions. */
  readonly blocks: readonly number[]
}

/** What was seen last of a version. */
export interface VersionState {
  readonly created: number
  readonly stage: string
  /** Null while nobody has looked. */
  readonly tags: Readonly<Record<string, string>> | null
}

/** What was seen last of all. */
export interface Whole {
  /** When the first look began, by the server's clock: what is older was there already. */
  readonly since: number
  /** The newest time of any version, where the next look at what is new may stop. */
  readonly top: number
}

/** The state of a source, a part for each model and one for each hundred of its versions, as one poll changes it. */
export class Registered {
  readonly #draft: Draft
  /** What was read or changed. Null: is not there. */
  readonly #models = new Map<string, ModelState | null>()
  readonly #blocks = new Map<string, Map<number, VersionState>>()
  readonly #changed = new Set<string>()

  constructor(draft: Draft) {
    this.#draft = draft
  }

  /** Null before the first look. */
  get whole(): Whole | null {
    const text = this.#draft.get('whole')
    return text === null ? null : JSON.parse(text)
  }

  set whole(whole: Whole) {
    this.#draft.set('whole', JSON.stringify(whole))
  }

  names(): string[] {
    const stored = this.#draft.keys('m/').map((key) => key.slice(2))
    const names = new Set([...stored, ...this.#models.keys()])
    return [...names].filter((name) => this.#models.get(name) !== null)
  }

  model(name: string): ModelState | null {
    const known = this.#models.get(name)
    if (known !== undefined) return known
    const text = this.#draft.get(`m/${name}`)
    const model = text === null ? null : readModelState(text)
    this.#models.set(name, model)
    return model
  }

  setModel(name: string, model: ModelState): void {
    this.#models.set(name, model)
    this.#changed.add(`m/${name}`)
  }

  /** The versions of a model, by their numbers. */
  versions(name: string): Map<number, VersionState> {
    const blocks = this.model(name)?.blocks ?? []
    return new Map(blocks.flatMap((block) => [...this.#block(name, block)]))
  }

  version(name: string, version: number): VersionState | undefined {
    return this.#block(name, blockOf(version)).get(version)
  }

  /** @param state null for one that is gone. The model is known. */
  setVersion(name: string, version: number, state: VersionState | null): void {
    const block = blockOf(version)
    const versions = this.#block(name, block)
    if (state === null) versions.delete(version)
    else versions.set(version, state)
    this.#changed.add(`v/${block}/${name}`)
    const model = this.model(name)
    if (!model || model.blocks.includes(block) === versions.size > 0) return
    const others = model.blocks.filter((each) => each !== block)
    const blocks = versions.size === 0 ? others : [...others, block].sort((one, other) => one - other)
    this.setModel(name, { ...model, blocks })
  }

  remove(name: string): void {
    for (const block of this.model(name)?.blocks ?? []) {
      this.#block(name, block).clear()
      this.#changed.add(`v/${block}/${name}`)
    }
    this.#models.set(name, null)
    this.#changed.add(`m/${name}`)
  }

  /** Gives models other names, all at once: two may have swapped theirs. */
  rename(names: ReadonlyMap<string, string>): void {
    const moved = [...names].map(([from, to]) => ({ from, to, model: this.model(from), versions: this.versions(from) }))
    for (const { from } of moved) this.remove(from)
    for (const { to, model, versions } of moved) {
      if (!model) continue
      this.setModel(to, { ...model, blocks: [] })
      for (const [version, state] of versions) this.setVersion(to, version, state)
    }
  }

  /** Puts what changed into the draft, and forgets what was read. */
  flush(): void {
    for (const key of this.#changed) {
      const model = key.startsWith('m/') ? (this.#models.get(key.slice(2)) ?? null) : null
      const versions = this.#blocks.get(key)
      if (versions) this.#draft.set(key, versions.size === 0 ? null : blockText(versions))
      else this.#draft.set(key, model === null ? null : modelText(model))
    }
    this.#changed.clear()
    this.#models.clear()
    this.#blocks.clear()
  }

  #block(name: string, block: number): Map<number, VersionState> {
    const key = `v/${block}/${name}`
    const known = this.#blocks.get(key)
    if (known) return known
    const text = this.#draft.get(key)
    const rows: [number, number, string, Record<string, string> | null][] = text === null ? [] : JSON.parse(text)
    const versions = new Map(rows.map(([version, created, stage, tags]) => [version, { created, stage, tags }]))
    this.#blocks.set(key, versions)
    return versions
  }
}

function readModelState(text: string): ModelState {
  const [created, updated, top, aliases, tags, blocks] = JSON.parse(text)
  return { created, updated, top, aliases, tags, blocks }
}

const modelText = ({ created, updated, top, aliases, tags, blocks }: ModelState): string =>
  JSON.stringify([created, updated, top, sorted(aliases), sorted(tags), blocks])

function blockText(versions: ReadonlyMap<number, VersionState>): string {
  const rows = [...versions].sort(([one], [other]) => one - other)
  return JSON.stringify(rows.map(([version, { created, stage, tags }]) => [version, created, stage, sorted(tags)]))
}

const blockOf = (version: number): number => Math.floor(version / 100)

const sorted = <T>(record: Readonly<Record<string, T>> | null): Record<string, T> | null =>
  record && Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)))

/** Longer values of tags are kept as their digest: only whether they changed matters. */
const KEPT = 64

/** What is kept of tags. */
export const keptTags = (tags: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, value.length > KEPT ? digest(value) : value]))

const digest = (text: string) => `#${createHash('sha256').update(text).digest('base64url')}`
