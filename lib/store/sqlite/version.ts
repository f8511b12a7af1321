/** Releases that have the fix although their number is lower than 3.51.3. */
const BACKPORTS: Readonly<Record<string, number>> = { '3.44': 6, '3.50': 7 }

/**
 * A sentence when this SQLite may damage a write-ahead log (the WAL-reset bug of 3.7.0 to 3.51.2,
 * https://sqlite.org/wal.html#walresetbug), else null. One exclusive connection makes that unlikely, not impossible.
 */
export function versionProblem(version: string): string | null {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  const fixed =
    major > 3 ||
    (major === 3 && (minor > 51 || (minor === 51 && patch >= 3))) ||
    patch >= (BACKPORTS[`${major}.${minor}`] ?? Number.POSITIVE_INFINITY)
  return fixed
    ? null
    : `SQLite ${version} has a known fault in its write-ahead log. Update Node.js to a version with SQLite 3.51.3 or newer.`
}
