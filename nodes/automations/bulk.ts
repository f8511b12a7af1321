/** One page of a call that works through all that fits. */
export interface Done {
  readonly count: number
  readonly next: string | null
}

/** How far such work has come. */
export interface Progress {
  readonly done: number
  /** Where the next page begins; null at the beginning. */
  readonly before: string | null
}

export const BEGINNING: Progress = { done: 0, before: null }

/** Works page by page until the end, or until it is told to stop; after each page says how far it is. */
export async function byPages(
  page: (before: string | null) => Promise<Done>,
  after: (progress: Progress) => boolean,
  from: Progress = BEGINNING,
): Promise<{ readonly done: number; readonly ended: boolean }> {
  for (let { done, before } = from; ; ) {
    const { count, next } = await page(before)
    done += count
    const goesOn = after({ done, before: next })
    if (next === null) return { done, ended: true }
    if (!goesOn) return { done, ended: false }
    before = next
  }
}
