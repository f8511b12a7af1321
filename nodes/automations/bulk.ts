/** One page of a call that works through all that fits. */
export interface Done {
  readonly count: number
  readonly next: string | null
}

/** Works page by page until the end, or until it is told to stop; after each page says how many are done. */
export async function byPages(
  page: (before: string | null) => Promise<Done>,
  after: (done: number) => boolean,
): Promise<{ readonly done: number; readonly ended: boolean }> {
  let done = 0
  for (let before: string | null = null; ; ) {
    const { count, next }: Done = await page(before)
    done += count
    const goesOn = after(done)
    if (next === null) return { done, ended: true }
    if (!goesOn) return { done, ended: false }
    before = next
  }
}
