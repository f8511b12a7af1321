import path from 'node:path'
import { storeInvalid } from './settings.js'

/** The file that keeps every event, in the stores' folder. */
export const EMBEDDED = 'store.db'

/** What stands beside a store's file has its name with one of these behind it. */
const BESIDE = /(?:-wal|-shm|-journal|\.ballast|\.in-hand)$/i

const CONTROL = /\p{Cc}/u

/**
 * A store's file. A path that SQLite would take, and that would make a file where a folder has to be, or a folder where
 * another store's file has to be, is refused: what it spoils stays spoiled when the path is mended.
 * @param folder the stores' folder, absolute: relative paths begin there
 * @param given as it was set; empty for the embedded store
 * @param others what other stores were given
 * @throws AutomationError `store_invalid`
 */
export function storeFile(folder: string, given: string, others: readonly string[] = []): string {
  if (CONTROL.test(given)) throw refused(given, 'holds a character that no file name has')
  const file = path.resolve(folder, given || EMBEDDED)
  const last = given.split(/[/\\]/).at(-1)
  if (given !== '' && (last === '' || last === '.' || last === '..')) throw refused(given, 'names a folder, not a file')
  if (isWithin(folder, file)) throw refused(given, 'is the folder in which stores are kept, or one around it')
  if (
    path
      .relative(folder, file)
      .split(path.sep)
      .some((part) => BESIDE.test(part))
  ) {
    throw refused(
      given,
      'has a name that stores give to the files beside them: -wal, -shm, -journal, .ballast or .in-hand',
    )
  }
  const files = ['', ...others].map((other) => path.resolve(folder, other || EMBEDDED))
  const around = files.find((other) => isWithin(file, other) && !isSame(file, other))
  if (around !== undefined) throw refused(given, `leads through ${around}, which is the file of another store`)
  return file
}

/** Whether `place` is `folder` or lies in it. Names that differ in case alone are one on many a disk. */
function isWithin(place: string, folder: string): boolean {
  const way = path.relative(folder.toLowerCase(), place.toLowerCase())
  return way === '' || (way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way))
}

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()

const refused = (given: string, why: string) =>
  storeInvalid(`its path ${JSON.stringify(given)} ${why}. Give it the name of a file, such as own.db`)
