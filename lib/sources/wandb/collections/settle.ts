import type { Change } from './change.js'
import type { Details } from './inquiry.js'
import type { CollectionState } from './state.js'

/**
 * Puts back into the state what a comparison took for removed and the details showed to be there, so that the next look
 * does not take it for new; and notes of aliases what the details told of their versions.
 */
export function settle(
  collection: string,
  before: CollectionState | null,
  next: CollectionState,
  rejected: readonly Change[],
  details: Details,
): CollectionState {
  const aliases = new Map(Object.entries(next.aliases))
  let { versions, tagged } = next
  for (const change of rejected) {
    if (change.type === 'UNLINK_ARTIFACT' && versions && details.member(collection, `v${change.index}`)) {
      versions = { ...versions, [change.index]: change.artifact }
    }
    if (change.type === 'REMOVE_ARTIFACT_ALIAS' && !aliases.has(change.alias)) {
      const had = before?.aliases[change.alias]
      if (had) aliases.set(change.alias, had)
    }
    // seen, but by now with nobody: to be seen again
    if (change.type === 'ADD_ARTIFACT_ALIAS' && !details.member(collection, change.alias)) aliases.delete(change.alias)
    if (
      change.type === 'REMOVE_ARTIFACT_TAG' &&
      tagged &&
      details.version(change.artifact)?.tags.includes(change.tag)
    ) {
      const had = before?.tagged?.[change.artifact]
      if (had) tagged = { ...tagged, [change.artifact]: had }
    }
  }
  for (const [alias, known] of aliases) {
    const member = details.member(collection, alias)
    if (!member?.version || (known.artifact !== null && known.artifact !== member.version.artifact)) continue
    aliases.set(alias, { ...known, artifact: member.version.artifact, index: member.index ?? known.index })
  }
  return { ...next, aliases: Object.fromEntries(aliases), versions, tagged }
}
