import type { Change } from './change.js'
import type { Question } from './question.js'
import type { CollectionSighting } from './sighting.js'
import type { AliasState, CollectionState } from './state.js'

export interface AliasComparison {
  readonly changes: readonly Change[]
  readonly state: Readonly<Record<string, AliasState>>
  /** For `CollectionState.aliasesListedAt`. */
  readonly listedAt: number | null
  readonly question: Question | null
}

/**
 * Aliases that were added, removed or moved; a move takes the alias from one version and gives it to another. Where an
 * alias was between two looks and what it did there cannot be told, and nothing is said of it.
 */
export function compareAliases(known: CollectionState | null, seen: CollectionSighting): AliasComparison {
  const { items, complete, holes } = seen.aliases
  const before = known?.aliases ?? {}
  const indexes = new Map(seen.versions.items.map(({ artifact, index }) => [artifact, index]))
  // a map, because an alias may be named like a member of every object
  const now = new Map<string, AliasState>(complete ? [] : Object.entries(before))
  const removed: Change[] = []
  const added: Change[] = []
  for (const { alias, holder } of items) {
    const had = Object.hasOwn(before, alias) ? before[alias] : undefined
    const artifact = isArtifact(holder) ? holder : null
    if (had && isSame(had, holder)) {
      now.set(alias, had.holder === holder ? had : { ...had, holder, artifact: artifact ?? had.artifact })
      continue
    }
    const index = artifact === null ? null : (indexes.get(artifact) ?? null)
    now.set(alias, { holder, artifact, index })
    if (known === null) continue
    if (had) removed.push({ type: 'REMOVE_ARTIFACT_ALIAS', alias, artifact: had.artifact, index: had.index })
    added.push({ type: 'ADD_ARTIFACT_ALIAS', alias, artifact, index, before: had?.artifact ?? null })
  }
  if (complete) {
    for (const [alias, { artifact, index }] of Object.entries(before)) {
      if (!now.has(alias)) removed.push({ type: 'REMOVE_ARTIFACT_ALIAS', alias, artifact, index })
    }
  }
  // a page that is not all of them is completed at first sight, when something in the collection changed, and by a scan
  const listedAt = !seen.aliases.short ? seen.updatedAt : null
  const enough =
    complete ||
    holes > 0 ||
    (known !== null && known.aliasesListedAt === seen.updatedAt && added.length + removed.length === 0)
  const question: Question | null = enough ? null : { list: 'aliases' }
  return { changes: [...removed, ...added], state: Object.fromEntries(now), listedAt, question }
}

/**
 * Whether an alias is still with the version that had it. A server may have begun or ceased to tell which version that
 * is: where the two looks cannot be compared, nothing is said.
 */
function isSame(had: AliasState, holder: string): boolean {
  if (isArtifact(had.holder) === isArtifact(holder)) return had.holder === holder
  return !isArtifact(holder) || had.artifact === null || had.artifact === holder
}

/** W&B's ids are base64 of `Type:number`. */
const isArtifact = (id: string): boolean => id.startsWith('QXJ0aWZhY3Q6')
