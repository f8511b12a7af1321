export interface Scrolled {
  /** Pixels. */
  readonly top: number
  readonly height: number
  readonly rowHeight: number
  readonly count: number
}

/** Rows from `first` up to, and without, `end`. */
export interface Rows {
  readonly first: number
  readonly end: number
}

/**
 * Rows that are made above and below those in sight. Making some is what costs when a list is scrolled, however few they
 * are: the browser then looks at the whole page anew.
 */
const SPARE = 16
/** When fewer than that are left in front of those in sight, more are made. */
const LEAST = 3

/** The rows of a long list that are in sight. */
export function rowsInSight({ top, height, rowHeight, count }: Scrolled): Rows {
  const end = Math.min(count, Math.ceil((top + height) / rowHeight))
  return { first: Math.max(0, Math.min(end, Math.floor(top / rowHeight))), end }
}

/**
 * The rows to make so that these are in sight: those that are made, as long as they reach.
 * @param made null when the list is another one: then only what it takes, so that it is there soon
 */
export function rowsToMake(seen: Rows, made: Rows | null, count: number): Rows {
  const around = (spare: number) => ({ first: Math.max(0, seen.first - spare), end: Math.min(count, seen.end + spare) })
  const least = around(LEAST)
  if (made === null) return least
  return made.first <= least.first && made.end >= least.end ? made : around(SPARE)
}

/** Where to scroll so that a row is whole in sight; null when it is. */
export function scrollTo(index: number, { top, height, rowHeight }: Scrolled): number | null {
  const start = index * rowHeight
  if (start < top) return start
  const end = start + rowHeight
  return end > top + height ? end - height : null
}
