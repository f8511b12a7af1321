export interface CompareContext {
  /**
   * Since when the collection's project is watched, Unix milliseconds by the server's clock: what is older and was not
   * known is taken as it is. Null while the baseline is being read.
   */
  readonly since: number | null
  /** When this look was, likewise. */
  readonly seenAt: number
  /** Whether to tell which version was unlinked, and which version was tagged. */
  readonly unlinks: boolean
  readonly tags: boolean
}

/** All versions (or those newer than `downTo`), or all aliases of the collection. */
export type Question = { readonly list: 'versions'; readonly downTo: number | null } | { readonly list: 'aliases' }
