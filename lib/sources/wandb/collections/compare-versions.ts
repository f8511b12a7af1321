import type { Change } from './change.js'
import type { CompareContext, Question } from './question.js'
import type { CollectionSighting, VersionSighting } from './sighting.js'
import { type CollectionState, MOST_GAPS } from './state.js'

export interface VersionComparison {
  readonly changes: readonly Change[]
  /** The artifacts that are new here. */
  readonly added: readonly string[]
  readonly state: Pick<CollectionState, 'top' | 'floor' | 'gaps' | 'total' | 'versions'>
  readonly question: Question | null
  readonly unlisted: boolean
}

/**
 * New, linked and unlinked versions. The newest few versions and the number of all come with every look; where the two
 * do not add up with what was known (a version that was committed late, one that is gone) the collection is listed. Versions that could not be read are waited for.
 */
export function compareVersions(
  known: CollectionState | null,
  seen: CollectionSighting,
  context: CompareContext,
): VersionComparison {
  const type = seen.kind === 'portfolio' ? 'LINK_ARTIFACT' : 'CREATE_ARTIFACT'
  const { items, total, complete, holes } = seen.versions
  const lowest = Math.min(...items.map(({ index }) => index), Number.POSITIVE_INFINITY)
  if (known === null) {
    // never looked at: only what was made after the watch began is new
    const fresh = context.since === null ? [] : items.filter(({ createdAt }) => createdAt >= (context.since ?? 0))
    const top = Math.max(...items.map(({ index }) => index), -1)
    const floor = complete || items.length === 0 ? 0 : lowest
    const state = {
      top,
      floor,
      // what cannot be read was there all the same
      gaps: holes > 0 ? [] : gapsBetween(floor - 1, top, items),
      total,
      versions: listing(null, seen, context),
    }
    return { ...added(type, fresh), state, question: null, unlisted: wantsListing(state.versions, seen, context) }
  }
  const fresh = items.filter(({ index }) => index > known.top || known.gaps.includes(index))
  const top = Math.max(known.top, ...items.map(({ index }) => index))
  const reachesDown = complete || lowest <= known.top + 1 || fresh.length === 0
  const expected = known.total + fresh.length
  const { kind } = seen
  const question: Question | null = complete
    ? null
    : !reachesDown
      ? { list: 'versions', downTo: known.top }
      : total - holes > expected || (total < expected && holes === 0 && context.unlinks && kind === 'portfolio')
        ? { list: 'versions', downTo: null }
        : null
  const gaps = [
    ...known.gaps.filter((gap) => !fresh.some(({ index }) => index === gap)),
    ...gapsBetween(known.top, top, items),
  ]
  const gone =
    complete && known.versions && context.unlinks && kind === 'portfolio' ? missing(known.versions, items) : []
  const { changes, added: artifacts } = added(type, fresh)
  const versions = listing(known.versions, seen, context)
  return {
    changes: [...gone, ...changes],
    added: artifacts,
    state: { top, floor: known.floor, gaps: gaps.slice(-MOST_GAPS), total, versions },
    question,
    unlisted: wantsListing(versions, seen, context),
  }
}

function added(type: 'LINK_ARTIFACT' | 'CREATE_ARTIFACT', fresh: readonly VersionSighting[]) {
  const inOrder = [...fresh].sort((left, right) => left.index - right.index)
  return {
    changes: inOrder.map(({ artifact, index }) => ({ type, artifact, index }) as const),
    added: inOrder.map(({ artifact }) => artifact),
  }
}

/** The numbers above `top` up to `newTop` that are not there, the highest `MOST_GAPS` of them. */
function gapsBetween(top: number, newTop: number, items: readonly VersionSighting[]): number[] {
  const there = new Set(items.map(({ index }) => index))
  const gaps: number[] = []
  for (let index = newTop; index > top && gaps.length < MOST_GAPS; index -= 1)
    if (!there.has(index)) gaps.unshift(index)
  return gaps
}

function missing(versions: Readonly<Record<string, string>>, items: readonly VersionSighting[]): Change[] {
  const there = new Set(items.map(({ index }) => String(index)))
  return Object.entries(versions)
    .filter(([index]) => !there.has(index))
    .map(([index, artifact]) => ({ type: 'UNLINK_ARTIFACT', artifact, index: Number(index) }) as const)
}

/** All versions of a portfolio as far as they are known; null when they are not, or nobody wants to. */
function listing(
  before: CollectionState['versions'],
  seen: CollectionSighting,
  context: CompareContext,
): CollectionState['versions'] {
  if (!context.unlinks || seen.kind !== 'portfolio') return null
  const entries = seen.versions.items.map(({ index, artifact }) => [String(index), artifact] as const)
  if (seen.versions.complete) return Object.fromEntries(entries)
  return before === null ? null : { ...before, ...Object.fromEntries(entries) }
}

const wantsListing = (versions: CollectionState['versions'], seen: CollectionSighting, context: CompareContext) =>
  versions === null && context.unlinks && seen.kind === 'portfolio'
