import { DatabaseSync } from 'node:sqlite'
import type { PollCommit, WatchStore } from '../../../../dist/lib/sources/watch/store.js'

/** A `WatchStore` in an SQLite file: events and state in one transaction, as the package's own store has to do it. */
export class SqliteStore implements WatchStore {
  readonly #db: DatabaseSync
  readonly #step: (name: string) => void

  /** `step` is called between any two things that happen here. */
  constructor(file: string, step: (name: string) => void = () => {}) {
    this.#db = new DatabaseSync(file)
    this.#step = step
    this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, text TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS parts (key TEXT PRIMARY KEY, text TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS revision (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL);`)
  }

  async load() {
    const rows = this.#db.prepare('SELECT key, text FROM parts').all()
    return { revision: this.#revision(), parts: new Map(rows.map(({ key, text }) => [String(key), String(text)])) }
  }

  async commit({ expected, next, parts, events }: PollCommit): Promise<void> {
    this.#step('begin')
    this.#db.exec('BEGIN IMMEDIATE')
    if (this.#revision() !== expected) throw Object.assign(new Error('somebody else polls'), { code: 'cursor_moved' })
    for (const event of events) {
      this.#db.prepare('INSERT OR IGNORE INTO events VALUES (?, ?)').run(event.event_id, JSON.stringify(event))
      this.#step('event')
    }
    for (const [key, text] of parts) {
      if (text === null) this.#db.prepare('DELETE FROM parts WHERE key = ?').run(key)
      else this.#db.prepare('INSERT OR REPLACE INTO parts VALUES (?, ?)').run(key, text)
    }
    this.#step('parts')
    this.#db.prepare('INSERT OR REPLACE INTO revision VALUES (1, ?)').run(next)
    this.#step('revision')
    this.#db.exec('COMMIT')
    this.#step('committed')
  }

  events(): { event_type: string; alias?: string; artifact_version_index?: number; event_id: string }[] {
    return this.#db
      .prepare('SELECT text FROM events ORDER BY rowid')
      .all()
      .map(({ text }) => JSON.parse(String(text)))
  }

  close(): void {
    this.#db.close()
  }

  #revision(): number {
    return Number(this.#db.prepare('SELECT number FROM revision').get()?.['number'] ?? 0)
  }
}
