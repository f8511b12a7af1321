/** Something that was done to a collection, as two looks at it tell. What else an event says is asked afterwards. */
export type Change =
  | {
      readonly type: 'CREATE_ARTIFACT' | 'LINK_ARTIFACT' | 'UNLINK_ARTIFACT'
      readonly artifact: string
      readonly index: number
    }
  | {
      readonly type: 'ADD_ARTIFACT_ALIAS' | 'REMOVE_ARTIFACT_ALIAS'
      readonly alias: string
      /** The version that has, or had, the alias; null when the server did not say. */
      readonly artifact: string | null
      readonly index: number | null
      /** Of an alias that was added: the version that had it before; null when there was none, or nobody knows. */
      readonly before?: string | null
    }
  | {
      readonly type: 'ADD_ARTIFACT_TAG' | 'REMOVE_ARTIFACT_TAG'
      readonly tag: string
      readonly artifact: string
      readonly index: number
    }
  | { readonly type: 'ADD_COLLECTION_TAG' | 'REMOVE_COLLECTION_TAG'; readonly tag: string }
