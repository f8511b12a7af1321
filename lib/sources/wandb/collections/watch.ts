import type { Answer } from '../answer.js'
import type { WandbClient } from '../client.js'
import { aliasesDocument, scanDocument, VERSIONS_DOCUMENT } from '../documents.js'
import type { Draft } from '../store.js'
import type { Target } from '../target.js'
import { type Comparison, compareCollection } from './compare.js'
import { type Found, inquire } from './inquiry.js'
import type { CompareContext, Question } from './question.js'
import { reportChange } from './report.js'
import { settle } from './settle.js'
import {
  type AliasSighting,
  type CollectionSighting,
  readAliases,
  readCollection,
  readVersions,
  type VersionList,
  type VersionSighting,
} from './sighting.js'
import { type CollectionState, readState, stateKey, writeState } from './state.js'

export interface WatchContext {
  readonly client: WandbClient
  readonly draft: Draft
  readonly target: Target
  readonly signal?: AbortSignal
  /** Since when a project is watched; null while its baseline is being read. */
  readonly since: (project: string) => number | null
  /** Unix milliseconds by the server's clock. */
  readonly serverTime: number
  /** When the look before this one was, by the server's clock. */
  readonly lastLook: number
}

/** What of a target's collections is told apart. */
export const wishes = ({ events }: Target) => ({
  unlinks: events.has('UNLINK_ARTIFACT'),
  tags: events.has('ADD_ARTIFACT_TAG') || events.has('REMOVE_ARTIFACT_TAG'),
})

/** The collections of one page. */
export const readCollections = (connection: Answer): { collections: CollectionSighting[]; next: string | null } => {
  const { nodes, next } = connection.connection()
  return { collections: nodes.map(({ node }) => readCollection(node)).filter((each) => each !== null), next }
}

/**
 * Compares what was seen of collections with what is known, asks what is missing, and puts events and new states into
 * the draft. Gives the ids of collections that have to be listed some time.
 */
export async function noteCollections(seen: readonly CollectionSighting[], context: WatchContext): Promise<string[]> {
  const { client, draft, target, signal, lastLook } = context
  // a server that does not know the filter for tags gives versions without one
  const filters = !seen.some(({ tagged }) => tagged?.items.some(({ tags }) => tags.length === 0))
  if (!filters) client.withdraw('tagFilter')
  const unlisted: string[] = []
  const looks = []
  for (const each of new Map(seen.map((collection) => [collection.id, collection])).values()) {
    const collection = filters ? each : { ...each, tagged: null }
    const text = draft.get(stateKey(collection.id))
    const before = text === null ? null : readState(text)
    const look = await complete(before, collection, context)
    if (!look) continue
    if (look.comparison.unlisted) unlisted.push(collection.id)
    looks.push({ before, ...look })
  }
  const found: Found[] = looks.flatMap(({ seen: { id }, comparison: { changes, next } }) =>
    [
      ...changes.filter(({ type }) => target.events.has(type) || type === 'REMOVE_ARTIFACT_ALIAS'),
      // where a server does not say with an alias which version has it, that is asked while it still has it
      ...Object.entries(next.aliases)
        .filter(([, { artifact }]) => artifact === null)
        .map(([alias]) => ({ type: 'ADD_ARTIFACT_ALIAS', alias, artifact: null, index: null }) as const),
    ].map((change) => ({ collection: id, change })),
  )
  const details = await inquire(client, found, signal)
  for (const { before, seen: collection, comparison } of looks) {
    const rejected = []
    for (const [place, change] of comparison.changes.entries()) {
      const number = comparison.first + place
      const report = { organization: target.organization, seenAt: context.serverTime, notBefore: lastLook, details }
      const event = reportChange(collection, change, number, report)
      if (event === null) rejected.push(change)
      else if (target.events.has(change.type)) draft.events.push(event)
    }
    draft.set(stateKey(collection.id), writeState(settle(collection.id, before, comparison.next, rejected, details)))
  }
  return unlisted
}

/**
 * Compares, and lists versions or aliases as long as the comparison asks for them; null when the collection is gone by
 * then. Each question is asked once: whoever changes the collection all the time is waited for at the next look.
 */
async function complete(before: CollectionState | null, first: CollectionSighting, context: WatchContext) {
  const { since, serverTime, target } = context
  const compare: CompareContext = { since: since(first.project), seenAt: serverTime, ...wishes(target) }
  let seen: CollectionSighting | null = first
  for (let asked = 0; seen !== null; asked += 1) {
    const comparison: Comparison = compareCollection(before, seen, compare)
    if (comparison.question === null || asked === 3) return { seen, comparison }
    seen = await answered(seen, comparison.question, context)
  }
  return null
}

async function answered(
  seen: CollectionSighting,
  question: Question,
  context: WatchContext,
): Promise<CollectionSighting | null> {
  if (question.list === 'aliases') {
    const items = await listAliases(seen.id, context)
    return items && { ...seen, aliases: { items, complete: true, short: false } }
  }
  const versions = await listVersions(seen.id, question.downTo, context)
  return versions && { ...seen, versions }
}

/** All versions, or the newest down to a number; null when the collection is gone or out of sight. */
async function listVersions(
  id: string,
  downTo: number | null,
  { client, signal }: WatchContext,
): Promise<VersionList | null> {
  const items = new Map<number, VersionSighting>()
  for (let after: string | null = null; ; ) {
    const { data } = await client.ask(VERSIONS_DOCUMENT, { id, after }, signal)
    const page = data.at('artifactCollection').maybe((collection) => readVersions(collection.at('artifacts')))
    if (!page) return null
    for (const version of page.items) items.set(version.index, version)
    const reached = downTo !== null && page.items.some(({ index }) => index <= downTo)
    if (page.next === null || page.next === after || reached) {
      return { items: [...items.values()], total: page.total, complete: page.next === null }
    }
    after = page.next
  }
}

async function listAliases(id: string, { client, signal }: WatchContext): Promise<AliasSighting[] | null> {
  const items = new Map<string, AliasSighting>()
  for (let after: string | null = null; ; ) {
    const { data } = await client.ask(aliasesDocument, { id, after }, signal)
    const page = data.at('artifactCollection').maybe((collection) => readAliases(collection.at('aliases')))
    if (!page) return null
    for (const alias of page.items) items.set(alias.alias, alias)
    if (page.next === null || page.next === after) return [...items.values()]
    after = page.next
  }
}

/** Lists all versions and aliases of up to `LIMITS.scan` collections and notes them: what the usual look cannot see. */
export async function scanCollections(ids: readonly string[], context: WatchContext): Promise<void> {
  const { client, signal } = context
  const variables = Object.fromEntries(ids.map((id, n) => [`c${n}`, id]))
  const { data } = await client.ask((offers) => scanDocument(ids.length, offers), variables, signal)
  const whole: CollectionSighting[] = []
  for (const [n] of ids.entries()) {
    const seen = data.at(`c${n}`).maybe(readCollection)
    if (!seen) continue
    const versions = seen.versions.complete ? seen.versions : await listVersions(seen.id, null, context)
    const aliases = seen.aliases.complete ? seen.aliases.items : await listAliases(seen.id, context)
    if (versions && aliases)
      whole.push({ ...seen, versions, aliases: { ...seen.aliases, items: aliases, complete: true } })
  }
  await noteCollections(whole, context)
}
