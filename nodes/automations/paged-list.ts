export interface PageOf<R> {
  readonly rows: readonly R[]
  /** Where the next page begins; null at the end. */
  readonly next: string | null
}

/**
 * The newest page was asked for again, while older ones are known: what it has takes the place of what was known of
 * that stretch. When it does not reach what is known (more came than fits on a page), it is all that is known. A page may
 * be empty before the end: where nothing was found yet, the search goes on where it is, and does not begin again.
 */
export function withNewest<R>(known: PageOf<R>, newest: PageOf<R>, keyOf: (row: R) => string): PageOf<R> {
  const last = newest.rows.at(-1)
  if (newest.next === null) return newest
  if (last === undefined) return known.rows.length === 0 ? known : newest
  const at = known.rows.findIndex((row) => keyOf(row) === keyOf(last))
  if (at === -1) return newest
  return {
    rows: [...newest.rows, ...known.rows.slice(at + 1)],
    next: at + 1 < known.rows.length ? known.next : newest.next,
  }
}

/** An older page joins those that are known; a row that moved meanwhile is not there twice. */
export function withOlder<R>(known: PageOf<R>, older: PageOf<R>, keyOf: (row: R) => string): PageOf<R> {
  const keys = new Set(known.rows.map(keyOf))
  return { rows: [...known.rows, ...older.rows.filter((row) => !keys.has(keyOf(row)))], next: older.next }
}
