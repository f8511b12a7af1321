export interface Scrolled {
  /** Pixels. */
  readonly top: number
  readonly height: number
  readonly rowHeight: number
  readonly count: number
}

/** Rows above and below those in sight, so that a small move shows no gap. */
const SPARE = 6

/** The rows to make of a long list: from `first` up to, and without, `end`. */
export function rowsInSight({ top, height, rowHeight, count }: Scrolled): { first: number; end: number } {
  const first = Math.max(0, Math.min(count, Math.floor(top / rowHeight)) - SPARE)
  const end = Math.min(count, Math.ceil((top + height) / rowHeight) + SPARE)
  return { first: Math.min(first, end), end }
}

/** Where to scroll so that a row is whole in sight; null when it is. */
export function scrollTo(index: number, { top, height, rowHeight }: Scrolled): number | null {
  const start = index * rowHeight
  if (start < top) return start
  const end = start + rowHeight
  return end > top + height ? end - height : null
}
