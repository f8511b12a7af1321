/** So many deliveries are changed in one transaction. */
const AT_ONCE = 200
/** A page that has worked for so long ends, though it may be short: whoever asked shows how far it is. */
const PAGE_MS = 1_000

export interface DonePage {
  /** The `next` of the page before. */
  readonly before: string | null
  readonly limit: number
}

export interface Done {
  readonly count: number
  readonly next: string | null
}

/** A page of work, slice by slice, until so many are done, nothing is left, or it has taken long enough. */
export async function inSlices(page: DonePage, slice: (page: DonePage) => Promise<Done>): Promise<Done> {
  const end = performance.now() + PAGE_MS
  let [count, before] = [0, page.before]
  do {
    const done = await slice({ before, limit: Math.min(AT_ONCE, page.limit - count) })
    count += done.count
    before = done.next
  } while (before !== null && count < page.limit && performance.now() < end)
  return { count, next: before }
}
