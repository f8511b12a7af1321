import type { Change } from './change.js'
import type { CompareContext } from './question.js'
import type { CollectionSighting, VersionSighting } from './sighting.js'
import type { CollectionState, TaggedState } from './state.js'

export interface TagComparison {
  readonly changes: readonly Change[]
  readonly state: CollectionState['tagged']
  readonly unlisted: boolean
}

/**
 * Tags of versions that were added or removed. Every list that came tells something: the newest versions with all their
 * tags, the versions that have a tag, or all versions. Only of a version that was in none of them nothing is known,
 * unless the list of those with a tag was whole.
 */
export function compareTags(
  known: CollectionState | null,
  seen: CollectionSighting,
  context: CompareContext,
  added: ReadonlySet<string>,
): TagComparison {
  if (!context.tags) return { changes: [], state: null, unlisted: false }
  const versions = new Map<string, VersionSighting>()
  for (const version of [...(seen.tagged?.items ?? []), ...seen.versions.items]) versions.set(version.artifact, version)
  const whole = seen.versions.complete || seen.tagged?.complete === true
  const before = known?.tagged ?? null
  const now: Record<string, TaggedState> = whole ? {} : { ...before }
  for (const { artifact, index, tags } of versions.values()) {
    if (tags.length > 0) now[artifact] = { index, tags: [...tags].sort() }
    else delete now[artifact]
  }
  // without a whole list there is no telling what was there before: the first one is the baseline
  if (before === null) return { changes: [], state: whole ? now : null, unlisted: !whole }
  const changes: Change[] = []
  for (const artifact of new Set([...Object.keys(before), ...Object.keys(now)])) {
    // a version that was linked brought its tags along; one that was made here got them here
    if (added.has(artifact) && seen.kind === 'portfolio') continue
    const had = before[artifact]
    const has = now[artifact]
    const index = has?.index ?? had?.index ?? 0
    for (const tag of had?.tags ?? []) {
      if (!has?.tags.includes(tag)) changes.push({ type: 'REMOVE_ARTIFACT_TAG', tag, artifact, index })
    }
    for (const tag of has?.tags ?? []) {
      if (!had?.tags.includes(tag)) changes.push({ type: 'ADD_ARTIFACT_TAG', tag, artifact, index })
    }
  }
  return { changes, state: now, unlisted: false }
}
