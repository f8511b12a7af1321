import { SourceFailure } from '../../watch/failure.js'
import { eachPage } from '../../watch/pages.js'
import type { Draft } from '../../watch/store.js'
import { type Answer, readEach } from '../answer.js'
import type { Skip, WandbClient } from '../client.js'
import { aliasesDocument, scanDocument, VERSIONS_DOCUMENT } from '../documents.js'
import type { Target } from '../target.js'
import { type Comparison, compareCollection } from './compare.js'
import { type Found, inquire } from './inquiry.js'
import type { CompareContext, Question } from './question.js'
import { reportChange } from './report.js'
import { settle } from './settle.js'
import {
  type AliasList,
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
  /** Hears of what could not be read: it is left out, and seen at a later look. */
  readonly onSkip?: Skip | undefined
  /** Since when a project is watched; null while its baseline is being read. */
  readonly since: (project: string) => number | null
  /** Unix milliseconds by the server's clock. */
  readonly serverTime: number
  /** When the look before this one was, by the server's clock. */
  readonly lastLook: number
  /** When details could not be had last, by the server's clock: what is only nice to know is not asked all the time. */
  readonly details: { refusedAt: number }
}

/** How long not to ask for what is only nice to know, in milliseconds. */
const REST_OF_DETAILS = 60 * 60 * 1000

/** What of a target's collections is told apart. */
export const wishes = ({ events }: Target) => ({
  unlinks: events.has('UNLINK_ARTIFACT'),
  tags: events.has('ADD_ARTIFACT_TAG') || events.has('REMOVE_ARTIFACT_TAG'),
})

export interface CollectionPage {
  readonly collections: readonly CollectionSighting[]
  readonly next: string | null
}

/** The collections of one page; one that cannot be read is left out. */
export function readCollections(connection: Answer, onSkip?: Skip): CollectionPage {
  const { nodes, next } = connection.connection()
  const read = readEach(
    nodes.map(({ node }) => node),
    (node) => readCollection(node, onSkip),
    onSkip,
  )
  return { collections: read.filter((each) => each !== null), next }
}

/**
 * Compares what was seen of collections with what is known, asks what is missing, and puts events and new states into
 * the draft. Gives the ids of collections that have to be listed some time.
 */
export async function noteCollections(seen: readonly CollectionSighting[], context: WatchContext): Promise<string[]> {
  const { client, draft, target, lastLook } = context
  // a server that does not know the filter for tags gives versions without one
  const filters = !seen.some(({ tagged }) => tagged?.items.some(({ tags }) => tags.length === 0))
  if (!filters) client.knowledge.lacks('tagFilter')
  const unlisted: string[] = []
  const looks = []
  for (const each of new Map(seen.map((collection) => [collection.id, collection])).values()) {
    const collection = filters ? each : { ...each, tagged: null }
    const text = draft.get(stateKey(collection.id))
    const before = text === null ? null : readState(text)
    const look = await completeOr(before, collection, context)
    if (!look) continue
    if (look.comparison.unlisted) unlisted.push(collection.id)
    looks.push({ before, ...look })
  }
  const isResting = context.serverTime - context.details.refusedAt < REST_OF_DETAILS
  const found: Found[] = looks.flatMap(({ seen: { id }, comparison: { changes, next } }) =>
    [
      ...changes.filter(({ type }) => target.events.has(type) || type === 'REMOVE_ARTIFACT_ALIAS'),
      // where a server does not say with an alias which version has it, that is asked while it still has it
      ...Object.entries(isResting ? {} : next.aliases)
        .filter(([, { artifact }]) => artifact === null)
        .map(([alias]) => ({ type: 'ADD_ARTIFACT_ALIAS', alias, artifact: null, index: null }) as const),
    ].map((change) => ({ collection: id, change })),
  )
  const details = await inquire(client, found, context)
  if (details.isRefused) context.details.refusedAt = context.serverTime
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

/** What nobody understands of one collection's lists is said, and seen at a later look: the others are not to wait for it. */
async function completeOr(before: CollectionState | null, seen: CollectionSighting, context: WatchContext) {
  try {
    return await complete(before, seen, context)
  } catch (error) {
    if (!(error instanceof SourceFailure) || !OF_ONE_LIST.includes(error.code)) throw error
    context.onSkip?.(seen.name, error.message)
    return null
  }
}

const OF_ONE_LIST = ['source_answer_too_large', 'source_answer_unexpected']

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
    const aliases = await listAliases(seen.id, context)
    return aliases && { ...seen, aliases }
  }
  const versions = await listVersions(seen.id, question.downTo, context)
  return versions && { ...seen, versions }
}

/** All versions, or the newest down to a number; null when the collection is gone or out of sight. */
async function listVersions(id: string, downTo: number | null, context: WatchContext): Promise<VersionList | null> {
  const { client, signal, onSkip } = context
  const items = new Map<number, VersionSighting>()
  let total = 0
  let holes = 0
  const ended = await eachPage(
    async (after) => {
      const { data } = await client.ask(VERSIONS_DOCUMENT, { id, after }, { signal, onSkip })
      return data.at('artifactCollection').maybe((each) => readVersions(each.at('artifacts'), onSkip))
    },
    (page) => {
      for (const version of page.items) items.set(version.index, version)
      total = page.total
      holes += page.holes
      return downTo !== null && page.items.some(({ index }) => index <= downTo)
    },
    { signal },
  )
  if (ended === 'gone') return null
  // what was cut off cannot be asked for in another way
  if (ended === 'cut') holes += 1
  return { items: [...items.values()], total, holes, complete: ended === 'all' && holes === 0 }
}

async function listAliases(id: string, { client, signal, onSkip }: WatchContext): Promise<AliasList | null> {
  const items = new Map<string, AliasSighting>()
  let holes = 0
  const ended = await eachPage(
    async (after) => {
      const { data } = await client.ask(aliasesDocument, { id, after }, { signal, onSkip })
      return data.at('artifactCollection').maybe((each) => readAliases(each.at('aliases'), onSkip))
    },
    (page) => {
      for (const alias of page.items) items.set(alias.alias, alias)
      holes += page.holes
    },
    { signal },
  )
  if (ended === 'gone') return null
  if (ended === 'cut') holes += 1
  return { items: [...items.values()], complete: holes === 0, holes, short: false }
}

/** Lists all versions and aliases of up to `LIMITS.scan` collections and notes them: what the usual look cannot see. */
export async function scanCollections(ids: readonly string[], context: WatchContext): Promise<void> {
  const { client, signal, onSkip } = context
  const variables = Object.fromEntries(ids.map((id, n) => [`c${n}`, id]))
  const { data } = await client.ask((offers) => scanDocument(ids.length, offers), variables, { signal, onSkip })
  const there = ids.map((_, n) => data.at(`c${n}`)).filter((node) => !node.isNull)
  const whole: CollectionSighting[] = []
  for (const seen of readEach(there, (node) => readCollection(node, onSkip), onSkip)) {
    if (!seen) continue
    const versions = seen.versions.complete ? seen.versions : await listVersions(seen.id, null, context)
    const aliases = seen.aliases.complete ? seen.aliases : await listAliases(seen.id, context)
    if (versions && aliases) whole.push({ ...seen, versions, aliases: { ...aliases, short: seen.aliases.short } })
  }
  await noteCollections(whole, context)
}
