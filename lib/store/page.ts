export interface Page {
  /** The `next` of the page before. */
  readonly before?: string
  readonly limit: number
}
