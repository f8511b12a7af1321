/** A mapping to start from, for a service that posts JSON of its own. Runs in the editor too. */
export interface MappingRecipe {
  /** Never changes: documentation and catalogs name it, and the latter have its words. */
  readonly id: string
  /** The page on which the service publishes what it sends. */
  readonly page: string
  readonly expression: string
  /** What the service sends, as that page shows it. */
  readonly sample: {
    readonly body: unknown
    readonly headers?: Readonly<Record<string, string>>
  }
  /** What the service does not know, with a word to begin with. */
  readonly place: { readonly entity?: string; readonly project?: string }
}
