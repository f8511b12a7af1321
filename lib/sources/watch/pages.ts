/** Pages of one list that are read at most, and for people who look around: far more than anybody has. */
export const MOST_PAGES = { watch: 1000, explore: 50 }

/**
 * Follows a list page by page, until it ends, somebody has `enough`, there is no such list (any more), a cursor comes
 * again, or there were too many pages: whoever lists without end, whatever its cursors, is not followed.
 * @param ask gives a page after a cursor; null when there is no such list
 * @param take takes a page; true when the rest is not needed
 * @returns why it ended; `cut` when pages may be missing
 */
export async function eachPage<P extends { readonly next: string | null }>(
  ask: (after: string | null) => Promise<P | null>,
  // biome-ignore lint/suspicious/noConfusingVoidType: a page that is only taken says nothing
  take: (page: P) => boolean | void | Promise<boolean | void>,
  { most = MOST_PAGES.watch, signal }: { most?: number; signal?: AbortSignal | undefined } = {},
): Promise<'all' | 'enough' | 'gone' | 'cut'> {
  const cursors = new Set<string>()
  let after: string | null = null
  for (let count = 0; count < most; count += 1) {
    signal?.throwIfAborted()
    const page: P | null = await ask(after)
    if (page === null) return 'gone'
    if ((await take(page)) === true) return 'enough'
    if (page.next === null) return 'all'
    if (cursors.has(page.next)) return 'cut'
    cursors.add(page.next)
    after = page.next
  }
  return 'cut'
}
