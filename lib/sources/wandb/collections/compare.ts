import type { Change } from './change.js'
import { compareAliases } from './compare-aliases.js'
import { compareTags } from './compare-tags.js'
import { compareVersions } from './compare-versions.js'
import type { CompareContext, Question } from './question.js'
import type { CollectionSighting } from './sighting.js'
import { type CollectionState, emptyCollection } from './state.js'

export interface Comparison {
  readonly changes: readonly Change[]
  /** The number of the first change. */
  readonly first: number
  readonly next: CollectionState
  /** What has to be asked before this comparison may be used; `compare` again with the longer lists. */
  readonly question: Question | null
  /** Whether all versions should be listed some time, because what is wanted cannot be told without. */
  readonly unlisted: boolean
}

/**
 * What was done to a collection between two looks. Pure. A collection that was not known is taken as it is, unless it
 * was made after `since`: then all that is in it is new.
 */
export function compareCollection(
  before: CollectionState | null,
  seen: CollectionSighting,
  context: CompareContext,
): Comparison {
  const place = { entity: seen.entity, project: seen.project, name: seen.name }
  const isNew = before === null && context.since !== null && seen.createdAt >= context.since
  const known = before ?? (isNew ? emptyCollection(place) : null)
  // what was forgotten and is known again must not number its changes as before: they would be taken for the same ones
  const first = known?.changes ?? context.seenAt
  const versions = compareVersions(known, seen, context)
  const aliases = compareAliases(known, seen)
  const tags = compareTags(known, seen, context, new Set(versions.added))
  const collectionTags = known === null ? [] : tagChanges(known.tags, seen.tags)
  const changes: Change[] = [...versions.changes, ...aliases.changes, ...tags.changes, ...collectionTags]
  return {
    changes,
    first,
    question: versions.question ?? aliases.question,
    unlisted: versions.unlisted || tags.unlisted,
    next: {
      ...place,
      ...versions.state,
      aliases: aliases.state,
      aliasesListedAt: aliases.listedAt,
      tagged: tags.state,
      tags: same(known?.tags, seen.tags) ? (known?.tags ?? []) : [...seen.tags],
      changes: first + changes.length,
    },
  }
}

function tagChanges(before: readonly string[], seen: readonly string[]): Change[] {
  const removed = before.filter((tag) => !seen.includes(tag))
  const added = seen.filter((tag) => !before.includes(tag))
  return [
    ...removed.map((tag) => ({ type: 'REMOVE_COLLECTION_TAG', tag }) as const),
    ...added.map((tag) => ({ type: 'ADD_COLLECTION_TAG', tag }) as const),
  ]
}

const same = (left: readonly string[] | undefined, right: readonly string[]) =>
  left !== undefined && left.length === right.length && left.every((tag) => right.includes(tag))
