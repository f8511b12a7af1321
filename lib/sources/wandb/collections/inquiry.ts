import { valueProblems } from '../../../events/event-values.js'
import { isObject } from '../../../json.js'
import { SourceFailure } from '../../watch/failure.js'
import { type Answer, readEach } from '../answer.js'
import type { Asked, Skip, WandbClient } from '../client.js'
import { detailsDocument, LIMITS } from '../documents.js'
import { CANNOT_BE_HAD } from '../failure.js'
import type { Offers } from '../offers.js'
import type { Change } from './change.js'
import { readTags } from './sighting.js'

/** A version with what an event says of it. */
export interface VersionDetail {
  readonly artifact: string
  readonly deleted: boolean
  readonly createdAt: number
  readonly type: string
  readonly metadata: Readonly<Record<string, unknown>> | null
  readonly tags: readonly string[]
  /** Username of who made it, or of whose run made it; null when the server does not say. */
  readonly author: string | null
  /** Its numbers in the collections that it is in, by their ids; null when that was not asked. */
  readonly indexes: ReadonlyMap<string, number> | null
}

export interface MemberDetail {
  readonly index: number | null
  /** When the version came into the collection; null when the server does not say. */
  readonly since: number | null
  readonly version: VersionDetail | null
}

/** Something that somebody did, as the server remembers it. */
export interface Action {
  readonly type: string
  readonly at: number
  readonly alias: string | null
  readonly artifact: string | null
  readonly author: string | null
}

/**
 * Answers to what changes of a collection leave open. They are a luxury: what cannot be had is undefined, and an event
 * goes out without it.
 */
export interface Details {
  /** The member with this alias, or `v3`; null when there is none (any more). */
  member(collection: string, name: string): MemberDetail | null | undefined
  /** Null when there is no such version. */
  version(artifact: string): VersionDetail | null | undefined
  actions(collection: string): readonly Action[]
  /** The server gave none of them. */
  readonly isRefused: boolean
}

export interface Found {
  readonly collection: string
  readonly change: Change
}

const memberKey = (collection: string, name: string) => `${collection} ${name}`

type Question =
  | { readonly member: readonly [collection: string, name: string] }
  | { readonly version: string }
  | { readonly history: string }

interface Answers {
  readonly members: Map<string, MemberDetail | null>
  readonly versions: Map<string, VersionDetail | null>
  readonly actions: Map<string, readonly Action[]>
  isRefused: boolean
}

export interface InquiryOptions {
  readonly signal?: AbortSignal | undefined
  readonly onSkip?: Skip | undefined
}

/** Asks about all changes at once, in as few requests as the limits allow. */
export async function inquire(
  client: WandbClient,
  found: readonly Found[],
  options: InquiryOptions = {},
): Promise<Details> {
  const answers: Answers = { members: new Map(), versions: new Map(), actions: new Map(), isRefused: false }
  const questions = questionsOf(found)
  for (let start = 0; start < questions.length; start += LIMITS.questions)
    await ask(client, questions.slice(start, start + LIMITS.questions), answers, options)
  return {
    member: (collection, name) => answers.members.get(memberKey(collection, name)),
    version: (artifact) => answers.versions.get(artifact),
    actions: (collection) => answers.actions.get(collection) ?? [],
    isRefused: answers.isRefused,
  }
}

/** What is open about the changes, each thing once. */
function questionsOf(found: readonly Found[]): Question[] {
  const members = new Map<string, Question>()
  const versions = new Set<string>()
  const histories = new Set<string>()
  for (const { collection, change } of found) {
    if ('tag' in change) {
      if ('artifact' in change) versions.add(change.artifact)
      continue
    }
    const name = 'alias' in change ? change.alias : `v${change.index}`
    members.set(memberKey(collection, name), { member: [collection, name] })
    histories.add(collection)
    const gone = change.type === 'UNLINK_ARTIFACT' || change.type === 'REMOVE_ARTIFACT_ALIAS'
    if (gone && change.artifact !== null) versions.add(change.artifact)
  }
  return [
    ...members.values(),
    ...[...versions].map((version) => ({ version })),
    ...[...histories].map((history) => ({ history })),
  ]
}

/** Failures that one question among many may be to blame for. */
const OF_ONE_QUESTION = ['source_answer_too_large', 'source_answer_invalid', 'source_answer_unexpected']

/** Asks, and asks in halves where one of the questions may be what cannot be answered. */
async function ask(
  client: WandbClient,
  questions: readonly Question[],
  answers: Answers,
  options: InquiryOptions,
): Promise<void> {
  const wanted = {
    members: questions.flatMap((each) => ('member' in each ? [each.member] : [])),
    versions: questions.flatMap((each) => ('version' in each ? [each.version] : [])),
    histories: questions.flatMap((each) => ('history' in each ? [each.history] : [])),
  }
  if (wanted.members.length + wanted.versions.length === 0 && !client.offers.has('authors')) return
  const variables = Object.fromEntries([
    ...wanted.members.flatMap(([collection, name], n) => [
      [`c${n}`, collection],
      [`n${n}`, name],
    ]),
    ...wanted.versions.map((version, n) => [`a${n}`, version]),
    ...wanted.histories.map((collection, n) => [`h${n}`, collection]),
  ])
  const document = (offers: Offers) => {
    const histories = offers.has('authors') ? wanted.histories.length : 0
    return detailsDocument({ members: wanted.members.length, versions: wanted.versions.length, histories }, offers)
  }
  const { signal, onSkip } = options
  const holes = new Set<string>()
  const asked = {
    signal,
    onSkip(what: string, why: string) {
      holes.add(what)
      onSkip?.(what, why)
    },
  }
  try {
    note(await client.ask(document, variables, asked), wanted, holes, answers, onSkip)
  } catch (error) {
    if (!(error instanceof SourceFailure) || !CANNOT_BE_HAD.includes(error.code)) throw error
    const half = questions.length >> 1
    if (half === 0 || !OF_ONE_QUESTION.includes(error.code)) {
      answers.isRefused = true
      return onSkip?.('details', error.message)
    }
    await ask(client, questions.slice(0, half), answers, options)
    await ask(client, questions.slice(half), answers, options)
  }
}

function note(
  { data }: Asked,
  wanted: {
    readonly members: readonly (readonly [string, string])[]
    readonly versions: readonly string[]
    readonly histories: readonly string[]
  },
  holes: ReadonlySet<string>,
  { members, versions, actions }: Answers,
  onSkip: Skip | undefined,
): void {
  const read = <T>(name: string, reader: (answer: Answer) => T) => readEach([data.at(name)], reader, onSkip)
  for (const [n, [collection, name]] of wanted.members.entries()) {
    if (holes.has(`m${n}`) || holes.has(`m${n}.artifactMembership`)) continue
    const member = (answer: Answer) => answer.maybe((each) => each.at('artifactMembership').maybe(readMember(onSkip)))
    for (const detail of read(`m${n}`, member)) members.set(memberKey(collection, name), detail)
  }
  for (const [n, version] of wanted.versions.entries()) {
    if (holes.has(`a${n}`)) continue
    const detailOf = (answer: Answer) => answer.maybe(readVersion(onSkip))
    for (const detail of read(`a${n}`, detailOf)) versions.set(version, detail)
  }
  for (const [n, collection] of wanted.histories.entries()) {
    const deedsOf = (answer: Answer) => answer.maybe((each) => readActions(each, onSkip)) ?? []
    for (const found of read(`h${n}`, deedsOf)) actions.set(collection, found)
  }
}

const readMember =
  (onSkip: Skip | undefined) =>
  (answer: Answer): MemberDetail => ({
    index: answer.at('versionIndex').maybe((index) => index.number()),
    since: answer.at('createdAt').maybe((time) => time.time()),
    version: answer.at('artifact').maybe(readVersion(onSkip)),
  })

const readVersion =
  (onSkip: Skip | undefined) =>
  (answer: Answer): VersionDetail => ({
    artifact: answer.at('id').text(),
    deleted: answer.at('state').text() === 'DELETED',
    createdAt: answer.at('createdAt').time(),
    type: answer.at('artifactType').at('name').text(),
    metadata: readMetadata(answer.at('metadata'), onSkip),
    tags: readTags(answer.at('tags')),
    author: answer.at('createdBy').maybe(readAuthor),
    indexes: answer.at('artifactMemberships').maybe(readIndexes),
  })

/** What is no JSON, or none that an event may hold, whoever wrote it, is no reason to keep the event back. */
function readMetadata(answer: Answer, onSkip: Skip | undefined): VersionDetail['metadata'] {
  const [metadata = null] = readEach([answer], (text) => text.json(), onSkip)
  if (!isObject(metadata)) return null
  // in the event, which is the first level
  const [problem] = valueProblems(metadata, '', 2)
  if (!problem) return metadata
  onSkip?.(`${answer.path}${problem.path === '' ? '' : `.${problem.path}`}`, problem.message)
  return null
}

function readIndexes(connection: Answer): ReadonlyMap<string, number> {
  const nodes = connection
    .at('edges')
    .list()
    .filter((edge) => !edge.isNull)
  const visible = nodes
    .map((edge) => edge.at('node'))
    .filter((node) => !node.isNull && !node.at('artifactCollection').isNull)
  return new Map(
    visible.map((node) => [
      node.at('artifactCollection').at('id').text(),
      node.at('versionIndex').maybe((index) => index.number()) ?? 0,
    ]),
  )
}

function readAuthor(createdBy: Answer): string | null {
  const user = createdBy.at('__typename').text() === 'Run' ? createdBy.at('user') : createdBy
  return user.maybe((each) => each.at('username').maybe((name) => name.text()))
}

function readActions(collection: Answer, onSkip: Skip | undefined): Action[] {
  const nodes = ['aliasActionHistory', 'newestAliasActions', 'artifactCollectionActions', 'newestActions'].flatMap(
    (name) => collection.at(name).maybe((connection) => connection.at('edges').list()) ?? [],
  )
  const there = nodes
    .filter((edge) => !edge.isNull)
    .map((edge) => edge.at('node'))
    .filter((node) => !node.isNull)
  return readEach(there, readAction, onSkip)
}

const readAction = (node: Answer): Action => ({
  type: node.at('actionType').maybe((type) => type.text()) ?? '',
  at: node.at('createdAt').time(),
  alias: node.at('alias').maybe((alias) => alias.text()),
  artifact: node.at('artifact').maybe((artifact) => artifact.at('id').text()),
  author: node.at('user').maybe((user) => user.at('username').maybe((name) => name.text())),
})
