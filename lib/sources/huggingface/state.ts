import type { Draft } from '../watch/store.js'
import type { RepoType } from './api.js'

/** What was seen last of a repository. */
export interface RepoState {
  readonly name: string
  readonly type: RepoType
  readonly sha: string
  /** Git tags with their commits; null while nobody has looked. */
  readonly refs: Readonly<Record<string, string>> | null
  /** The Hub's tags, for the metadata of events that have to do without a look. */
  readonly tags: readonly string[]
  /** Ids of events of its tags, by the tag, the last one last: the same change may happen again. */
  readonly told: Readonly<Record<string, readonly string[]>>
  /** As it was when it was seen last; undefined of one that was stored before this was known. */
  readonly isPrivate?: boolean
}

/** So many ids of a tag are kept. */
const TOLD = 20

/** The state of a source: a part for each repository, and one for each owner and type that was listed. */
export class Repositories {
  readonly #draft: Draft

  constructor(draft: Draft) {
    this.#draft = draft
  }

  get(id: string): RepoState | null {
    const text = this.#draft.get(`r/${id}`)
    return text === null ? null : JSON.parse(text)
  }

  set(id: string, state: RepoState | null): void {
    this.#draft.set(`r/${id}`, state && JSON.stringify(state))
  }

  all(): { readonly id: string; readonly state: RepoState }[] {
    const keys = new Set([
      ...this.#draft.keys('r/'),
      ...[...this.#draft.changes.keys()].filter((key) => key.startsWith('r/')),
    ])
    return [...keys].flatMap((key) => {
      const state = this.get(key.slice(2))
      return state ? [{ id: key.slice(2), state }] : []
    })
  }

  /** When this list was seen first, by the Hub's clock; null when it never was. */
  since(list: string): number | null {
    const text = this.#draft.get(`o/${list}`)
    return text === null ? null : Number(text)
  }

  setSince(list: string, at: number): void {
    this.#draft.set(`o/${list}`, String(at))
  }

  /** Forgets lists and repositories that nobody asks for any more. */
  keep(list: (name: string) => boolean, repo: (state: RepoState) => boolean): void {
    for (const key of this.#draft.keys('o/')) if (!list(key.slice(2))) this.#draft.set(key, null)
    for (const { id, state } of this.all()) if (!repo(state)) this.set(id, null)
  }
}

export const toldWith = (told: RepoState['told'], tag: string, id: string): RepoState['told'] => ({
  ...told,
  [tag]: [...((Object.hasOwn(told, tag) && told[tag]) || []), id].slice(-TOLD),
})
