/**
 * What is remembered of one collection: enough to tell at the next look what was done to it. It is kept as JSON text, in
 * memory and in the store, and read when the collection is seen.
 */
export interface CollectionState {
  readonly entity: string
  readonly project: string
  readonly name: string
  /** How many changes were found so far; makes the ids of events that can happen twice. */
  readonly changes: number
  /** The highest version number known; -1 when there was never one. */
  readonly top: number
  /** Versions below this number were there before anybody watched. */
  readonly floor: number
  /** Numbers from `floor` to `top` that were not there: not committed yet, or deleted. At most `MOST_GAPS`. */
  readonly gaps: readonly number[]
  readonly total: number
  readonly tags: readonly string[]
  readonly aliases: Readonly<Record<string, AliasState>>
  /**
   * Of a collection with more aliases than come with a look: its `updatedAt` when they were all listed. Null for others.
   */
  readonly aliasesListedAt: number | null
  /** The tags of versions that have any, by artifact; null while nobody watches them. */
  readonly tagged: Readonly<Record<string, TaggedState>> | null
  /** All versions by their number, for telling which was unlinked; null while nobody watches that. */
  readonly versions: Readonly<Record<string, string>> | null
}

export interface AliasState {
  readonly holder: string
  /** The version that has it, and its number here; null when that was never asked. */
  readonly artifact: string | null
  readonly index: number | null
}

export interface TaggedState {
  readonly index: number
  readonly tags: readonly string[]
}

export const MOST_GAPS = 100

export const stateKey = (collectionId: string): string => `c/${collectionId}`

/** A collection that was just made: whatever is in it is new. */
export const emptyCollection = (place: { entity: string; project: string; name: string }): CollectionState => ({
  ...place,
  changes: 0,
  top: -1,
  floor: 0,
  gaps: [],
  total: 0,
  tags: [],
  aliases: {},
  aliasesListedAt: null,
  tagged: {},
  versions: {},
})

export const writeState = (state: CollectionState): string => JSON.stringify(state)
export const readState = (text: string): CollectionState => JSON.parse(text) as CollectionState
