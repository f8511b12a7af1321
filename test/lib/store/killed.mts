import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'

/**
 * The files of an open store as a killed process would leave them: SQLite's file, its log and its notes as they are now. A process
 * that is killed changes nothing more, so a copy is the same, and the tests need no process for it.
 */
export function copyAsKilled(path: string, dir: string): string {
  mkdirSync(dir)
  const copy = join(dir, basename(path))
  for (const suffix of ['', '-wal', '.in-hand']) {
    if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix)
  }
  return copy
}
