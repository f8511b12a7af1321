import { setImmediate as nextTurn } from 'node:timers/promises'

/** A page that has looked around for so long ends, though it may be short. */
const PAGE_MS = 60

interface Part {
  readonly next: string | null
  readonly lookedBackTo?: unknown
}

/**
 * A page in turns of the event loop: the parts go on where the one before ended, until there are enough rows, the end is
 * reached, or it has taken long enough.
 */
export async function inTurns<R, P extends Part>(
  page: { readonly before?: string; readonly limit: number },
  part: (page: { readonly before?: string; readonly limit: number }) => Promise<P>,
  rowsOf: (part: P) => readonly R[],
): Promise<{ readonly rows: R[]; readonly last: P }> {
  const end = performance.now() + PAGE_MS
  const rows: R[] = []
  for (let before = page.before; ; ) {
    const last = await part({ limit: page.limit - rows.length, ...(before !== undefined && { before }) })
    rows.push(...rowsOf(last))
    if (rows.length >= page.limit) return { rows, last }
    // a part that ended for another reason than its turn has all that a page may hold
    if (last.next === null || last.lookedBackTo === undefined || performance.now() >= end) return { rows, last }
    before = last.next
    await nextTurn()
  }
}
