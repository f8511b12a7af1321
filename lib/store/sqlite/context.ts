import type { Claims } from './claims.js'
import type { Connection } from './connection.js'
import type { GroupCommit } from './group-commit.js'

/** What every part of the store works on. */
export interface Context {
  readonly db: Connection
  readonly commit: GroupCommit
  readonly claims: Claims
}
