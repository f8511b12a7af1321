import type { Tally } from '../tally.js'
import type { Connection } from './connection.js'
import { type CommitPort, GroupCommit } from './group-commit.js'
import { writeTally } from './write-tally.js'

/** The group commit of a connection: what its transactions count is written with them. */
export function groupCommitOf(
  db: Connection,
  tally: Tally,
  port: Pick<CommitPort, 'failure' | 'makeRoom' | 'later'>,
): GroupCommit {
  return new GroupCommit({
    begin: () => {
      tally.clear()
      db.exec('BEGIN IMMEDIATE')
    },
    commit: () => {
      writeTally(db, tally)
      db.exec('COMMIT')
    },
    rollBack: () => db.rollBack(),
    sync: () => db.sync(),
    syncNow: () => db.syncNow(),
    isLogLong: () => db.isLogLong(),
    copyLog: () => db.copyLog(),
    ...port,
  })
}
