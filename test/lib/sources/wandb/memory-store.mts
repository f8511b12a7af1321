import type { ArtifactEvent } from '../../../../dist/lib/events/event.js'
import type { PollCommit, WatchStore } from '../../../../dist/lib/sources/watch/store.js'

/** A store in memory that keeps to the promise of `WatchStore`, and can be made to fail. */
export class MemoryStore implements WatchStore {
  parts = new Map<string, string>()
  revision = 0
  readonly events: ArtifactEvent[] = []
  /** Every commit that was stored. */
  readonly commits: PollCommit[] = []
  /** Called before and after a commit; what it throws comes out of `commit`. */
  on: (moment: 'before' | 'after') => void = () => {}

  async load() {
    return { revision: this.revision, parts: new Map(this.parts) }
  }

  async commit(commit: PollCommit): Promise<void> {
    this.on('before')
    if (commit.expected !== this.revision) throw Object.assign(new Error('moved'), { code: 'cursor_moved' })
    this.revision = commit.next
    for (const [key, text] of commit.parts) {
      if (text === null) this.parts.delete(key)
      else this.parts.set(key, text)
    }
    for (const event of commit.events) {
      if (!this.events.some(({ event_id }) => event_id === event.event_id)) this.events.push(event)
    }
    this.commits.push(commit)
    this.on('after')
  }
}
