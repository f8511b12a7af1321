import { unavailable } from './errors.js'
import { VERSION } from './schema.js'

export const VERSION_OF_TABLES = "SELECT value FROM @meta WHERE key = 'version'"

/** @throws AutomationError `store_unavailable` for tables of a newer version, which are not to be touched */
export function refuseNewer(version: number | null | undefined): void {
  if (version === null || version === undefined || version <= VERSION) return
  const why = `was changed by a newer version of this package (its tables have version ${version}, this package knows ${VERSION}).`
  throw unavailable({
    says: `${why} Update this Node-RED; nothing was touched.`,
    toCommand: `${why} Update this package; nothing was touched.`,
    statusText: 'database is newer',
  })
}
