import { isObject } from '../../../json.js'
import type { Answer } from '../answer.js'
import type { WandbClient } from '../client.js'
import { detailsDocument, LIMITS } from '../documents.js'
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
export interface Deed {
  readonly type: string
  readonly at: number
  readonly alias: string | null
  readonly artifact: string | null
  readonly author: string | null
}

/** Answers to what changes of a collection leave open. */
export interface Details {
  /** The member with this alias, or `v3`; null when there is none (any more). */
  member(collection: string, name: string): MemberDetail | null
  version(artifact: string): VersionDetail | null
  deeds(collection: string): readonly Deed[]
}

export interface Found {
  readonly collection: string
  readonly change: Change
}

const memberKey = (collection: string, name: string) => `${collection} ${name}`

/** Asks about all changes at once, in as few requests as the limits allow. */
export async function inquire(client: WandbClient, found: readonly Found[], signal?: AbortSignal): Promise<Details> {
  const wanted = {
    members: new Map<string, [string, string]>(),
    versions: new Set<string>(),
    histories: new Set<string>(),
  }
  for (const { collection, change } of found) {
    if ('tag' in change) {
      if ('artifact' in change) wanted.versions.add(change.artifact)
      continue
    }
    const name = 'alias' in change ? change.alias : `v${change.index}`
    wanted.members.set(memberKey(collection, name), [collection, name])
    wanted.histories.add(collection)
    const gone = change.type === 'UNLINK_ARTIFACT' || change.type === 'REMOVE_ARTIFACT_ALIAS'
    if (gone && change.artifact !== null) wanted.versions.add(change.artifact)
  }
  const members = new Map<string, MemberDetail>()
  const versions = new Map<string, VersionDetail>()
  const deeds = new Map<string, Deed[]>()
  const batches = inBatches(
    [
      ...[...wanted.members.values()].map(([collection, name]) => ({ member: [collection, name] as const })),
      ...[...wanted.versions].map((version) => ({ version })),
      ...[...wanted.histories].map((history) => ({ history })),
    ],
    LIMITS.questions,
  )
  for (const batch of batches) {
    const ask = {
      members: batch.flatMap((each) => ('member' in each ? [each.member] : [])),
      versions: batch.flatMap((each) => ('version' in each ? [each.version] : [])),
      histories: batch.flatMap((each) => ('history' in each ? [each.history] : [])),
    }
    const variables = Object.fromEntries([
      ...ask.members.flatMap(([collection, name], n) => [
        [`c${n}`, collection],
        [`n${n}`, name],
      ]),
      ...ask.versions.map((version, n) => [`a${n}`, version]),
      ...ask.histories.map((collection, n) => [`h${n}`, collection]),
    ])
    const document = (offers: Offers) => {
      const histories = offers.has('authors') ? ask.histories.length : 0
      return detailsDocument({ members: ask.members.length, versions: ask.versions.length, histories }, offers)
    }
    if (ask.members.length + ask.versions.length === 0 && !client.offers.has('authors')) continue
    const { data } = await client.ask(document, variables, signal)
    for (const [n, [collection, name]] of ask.members.entries()) {
      const member = data.at(`m${n}`).maybe((answer) => answer.at('artifactMembership').maybe(readMember))
      if (member) members.set(memberKey(collection, name), member)
    }
    for (const [n, version] of ask.versions.entries()) {
      const detail = data.at(`a${n}`).maybe(readVersion)
      if (detail) versions.set(version, detail)
    }
    for (const [n, collection] of ask.histories.entries())
      deeds.set(collection, data.at(`h${n}`).maybe(readDeeds) ?? [])
  }
  return {
    member: (collection, name) => members.get(memberKey(collection, name)) ?? null,
    version: (artifact) => versions.get(artifact) ?? null,
    deeds: (collection) => deeds.get(collection) ?? [],
  }
}

function readMember(answer: Answer): MemberDetail {
  return {
    index: answer.at('versionIndex').maybe((index) => index.number()),
    since: answer.at('createdAt').maybe((time) => time.time()),
    version: answer.at('artifact').maybe(readVersion),
  }
}

function readVersion(answer: Answer): VersionDetail {
  const metadata = answer.at('metadata').maybe((text) => text.json())
  const memberships = answer.at('artifactMemberships')
  return {
    artifact: answer.at('id').text(),
    deleted: answer.at('state').text() === 'DELETED',
    createdAt: answer.at('createdAt').time(),
    type: answer.at('artifactType').at('name').text(),
    metadata: isObject(metadata) ? metadata : null,
    tags: readTags(answer.at('tags')),
    author: answer.at('createdBy').maybe(readAuthor),
    indexes: memberships.maybe((connection) => {
      const nodes = connection
        .at('edges')
        .list()
        .map((edge) => edge.at('node'))
      const visible = nodes.filter((node) => !node.isNull && !node.at('artifactCollection').isNull)
      return new Map(
        visible.map((node) => [
          node.at('artifactCollection').at('id').text(),
          node.at('versionIndex').maybe((index) => index.number()) ?? 0,
        ]),
      )
    }),
  }
}

function readAuthor(createdBy: Answer): string | null {
  const user = createdBy.at('__typename').text() === 'Run' ? createdBy.at('user') : createdBy
  return user.maybe((each) => each.at('username').maybe((name) => name.text()))
}

function readDeeds(collection: Answer): Deed[] {
  const read = (name: string) =>
    collection
      .at(name)
      .at('edges')
      .list()
      .map((edge) => edge.at('node'))
      .filter((node) => !node.isNull)
      .map(
        (node): Deed => ({
          type: node.at('actionType').maybe((type) => type.text()) ?? '',
          at: node.at('createdAt').time(),
          alias: node.at('alias').maybe((alias) => alias.text()),
          artifact: node.at('artifact').maybe((artifact) => artifact.at('id').text()),
          author: node.at('user').maybe((user) => user.at('username').maybe((name) => name.text())),
        }),
      )
  return [...read('aliasActionHistory'), ...read('artifactCollectionActions')]
}

function inBatches<T>(items: readonly T[], size: number): T[][] {
  const batches: T[][] = []
  for (let start = 0; start < items.length; start += size) batches.push(items.slice(start, start + size))
  return batches
}
