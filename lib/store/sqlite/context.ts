import type { Tally } from '../tally.js'
import type { Claims } from './claims.js'
import type { Connection } from './connection.js'
import type { GroupCommit } from './group-commit.js'
import type { NotedSuspects } from './suspects.js'

/** What every part of the store works on. */
export interface Context {
  readonly db: Connection
  readonly commit: GroupCommit
  readonly claims: Claims
  /** To be told by the work of a transaction what is counted. */
  readonly tally: Tally
  /** Of every lease since this store was opened: it has one owner, and each opening is another one. */
  readonly fence: number
  /** The webhooks whose deliveries may have an `order_key`; no other needs to be asked for it. */
  readonly ordered: Set<string>
  /** What may have ended the last owner; null when that was ended in order. */
  readonly suspects: NotedSuspects | null
}
