import type { ArtifactEvent } from '../../events/event.js'

/** What one poll found, to be stored all or nothing. */
export interface PollCommit {
  /** Whose state it is: the id of the source. */
  readonly source: string
  /** The state's revision that the poll began with; 0 when there was none. */
  readonly expected: number
  readonly next: number
  /** New texts of parts of the state by their keys; null deletes one. */
  readonly parts: ReadonlyMap<string, string | null>
  readonly events: readonly ArtifactEvent[]
  /** How long ago the look before began, in milliseconds, if it saw everything: what is told now happened later. */
  readonly unseenFor?: number
}

/**
 * Where the watch of a W&B server remembers what it has seen. Events and state move in one transaction: after a crash
 * either both are there or neither, so no event is lost and none is made twice.
 */
export interface WatchStore {
  /** All parts of a source's state with its revision, 0 when there is none. */
  load(source: string): Promise<{ readonly revision: number; readonly parts: Map<string, string> }>
  /**
   * Stores events and state in one transaction that survives a power loss. Events whose (source, event_id) is known are
   * left out. Rejects with the code `cursor_moved`, and stores nothing, when the revision is not the expected one:
   * somebody else polls this source; with `store_unavailable` when nothing can be stored now.
   */
  commit(commit: PollCommit): Promise<void>
}

/** The part of the state that says of which server it is. */
export const SERVER = 'server'

/**
 * The state of a source, empty when it is of another server: ids there are the same, and what has them is something else.
 * @param server where it is
 */
export async function loadOf(store: WatchStore, source: string, server: string): ReturnType<WatchStore['load']> {
  const { revision, parts } = await store.load(source)
  if (parts.get(SERVER) === server) return { revision, parts }
  const isOther = parts.has(SERVER)
  const changes = new Map<string, string | null>([...parts.keys()].filter(() => isOther).map((key) => [key, null]))
  changes.set(SERVER, server)
  await store.commit({ source, expected: revision, next: revision + 1, parts: changes, events: [] })
  return { revision: revision + 1, parts: new Map([...(isOther ? [] : parts), [SERVER, server]]) }
}

/** The parts of a source's state as one poll sees and changes them. */
export class Draft {
  readonly #parts: ReadonlyMap<string, string>
  readonly #memory: ReadonlyMap<string, string>
  readonly changes = new Map<string, string | null>()
  readonly events: ArtifactEvent[] = []
  /** What moves on with every poll and can be found again from what is stored: it is not worth a write of its own. */
  readonly progress = new Map<string, string>()

  constructor(parts: ReadonlyMap<string, string>, memory: ReadonlyMap<string, string> = new Map()) {
    this.#parts = parts
    this.#memory = memory
  }

  get(key: string): string | null {
    const changed = this.changes.get(key)
    return changed === undefined ? (this.#parts.get(key) ?? null) : changed
  }

  /** A text that is there already is no change. */
  set(key: string, text: string | null): void {
    if ((this.#parts.get(key) ?? null) === text) this.changes.delete(key)
    else this.changes.set(key, text)
  }

  /** The progress of this key, or what is stored of it. */
  recall(key: string): string | null {
    return this.progress.get(key) ?? this.#memory.get(key) ?? this.get(key)
  }

  /** All stored keys that begin so. */
  keys(prefix: string): string[] {
    return [...this.#parts.keys()].filter((key) => key.startsWith(prefix))
  }

  get isEmpty(): boolean {
    return this.changes.size === 0 && this.events.length === 0
  }
}
