import { type Access, checkColumns, parsed, time } from '../access.mts'
import { passes } from '../filters.mts'
import { globalId } from '../ids.mts'
import { connection, type PageArguments, sorted } from '../paging.mts'
import type { Action, Alias, Artifact, Collection, Membership } from '../things.mts'
import { projectView } from './places.mts'
import { runView, userView } from './runs.mts'

interface ListArguments extends PageArguments {
  readonly filters?: string | null
  readonly order?: string | null
}

export const tagView = (name: string) => ({
  __typename: 'Tag',
  id: globalId(
    'Tag',
    [...name].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 1_000_003, 7),
  ),
  name,
})

const typeOf = (collection: Collection) => ({
  id: globalId('ArtifactType', collection.type.id),
  name: collection.type.name,
  description: null,
  createdAt: time(collection.type.createdAt),
})

const TYPES = { SEQUENCE: 'ArtifactSequence', PORTFOLIO: 'ArtifactPortfolio', LATER: 'LaterCollection' }

export function collectionView(access: Access, collection: Collection): Record<string, unknown> {
  const { memberships } = collection
  return {
    __typename: TYPES[collection.kind],
    id: globalId('ArtifactCollection', collection.id),
    name: collection.name,
    description: null,
    createdAt: time(collection.createdAt),
    updatedAt: time(collection.updatedAt),
    state: 'READY',
    project: () => (access.seesProject(collection.project) ? projectView(access, collection.project) : null),
    defaultArtifactType: () => typeOf(collection),
    tags: () => ({ edges: [...collection.tags].map((tag) => ({ node: tagView(tag) })) }),
    aliases: (page: PageArguments) => {
      const all = memberships.flatMap((membership) => membership.aliases.map((alias) => ({ alias, membership })))
      return connection(all, page, ({ alias, membership }) => aliasView(access, alias, membership))
    },
    artifacts: ({ filters, order, ...page }: ListArguments) => {
      checkColumns(access, 'where clause', filters)
      checkColumns(access, 'order clause', order)
      const found = versionsOf(collection, filters, order)
      const { edges, ...rest } = connection(found, page, (membership) => artifactView(access, membership.artifact))
      return { ...rest, edges: edges.map((edge) => ({ ...edge, version: `v${edge.item.index}` })) }
    },
    artifactMembership: ({ aliasName }: { aliasName: string }) => {
      const found = findMembership(collection, aliasName)
      return found ? membershipView(access, found) : null
    },
    artifactMemberships: (page: PageArguments) =>
      connection(versionsOf(collection, null, null), page, (each) => membershipView(access, each)),
    aliasActionHistory: ({ alias, order, ...page }: ListArguments & { alias?: string | null }) => {
      checkColumns(access, 'order clause', order)
      const found = collection.aliasActions.filter((action) => !alias || action.alias === alias)
      return connection(deedsInOrder(found, order), page, (action) => actionView(access, action))
    },
    artifactCollectionActions: ({ order, ...page }: ListArguments) => {
      checkColumns(access, 'order clause', order)
      return connection(deedsInOrder(collection.actions, order), page, (action) => actionView(access, action))
    },
  }
}

/** Oldest first unless an order says otherwise. */
const deedsInOrder = (actions: readonly Action[], order: string | null | undefined) =>
  sorted(actions, order, { created_at: ({ at }) => at }, '+created_at')

const newestFirst = <T,>(items: readonly T[]): T[] => [...items].reverse()

/** Those with a filter over the fields that version filters know; newest first unless an order says otherwise. */
function versionsOf(
  collection: Collection,
  filters: string | null | undefined,
  order: string | null | undefined,
): Membership[] {
  const { memberships } = collection
  const filter = parsed(filters)
  const found = filter === null ? memberships : memberships.filter((each) => passes(filter, versionFields(each)))
  if (!order) return newestFirst(found)
  return sorted(found, order, { version: (each) => each.index, created_at: (each) => each.artifact.createdAt }, order)
}

export const versionFields = (membership: Membership) => (name: string) => {
  const { artifact } = membership
  const fields: Record<string, unknown> = {
    id: artifact.id,
    artifact_id: artifact.id,
    state: artifact.state,
    version: `v${membership.index}`,
    tag: [...artifact.tags],
    alias: membership.aliases.map(({ alias }) => alias),
    created_at: artifact.createdAt,
    artifact_created_at: artifact.createdAt,
    updated_at: artifact.updatedAt,
  }
  return fields[name]
}

/** A membership by its alias, or by its version as `v3`. */
export function findMembership(collection: Collection, aliasOrVersion: string): Membership | null {
  return (
    collection.memberships.find(
      ({ index, aliases }) => `v${index}` === aliasOrVersion || aliases.some(({ alias }) => alias === aliasOrVersion),
    ) ?? null
  )
}

export const aliasView = (access: Access, alias: Alias, membership: Membership) => ({
  __typename: 'ArtifactAlias',
  id: globalId('ArtifactAlias', alias.id),
  alias: alias.alias,
  artifactCollection: () => collectionView(access, membership.collection),
  artifact: () => artifactView(access, membership.artifact),
})

export const membershipView = (access: Access, membership: Membership) => ({
  __typename: 'ArtifactCollectionMembership',
  id: globalId('ArtifactCollectionMembership', membership.id),
  versionIndex: membership.index,
  createdAt: time(membership.createdAt),
  aliases: () => membership.aliases.map((alias) => aliasView(access, alias, membership)),
  artifactCollection: () => collectionView(access, membership.collection),
  artifact: () => artifactView(access, membership.artifact),
})

export function artifactView(access: Access, artifact: Artifact) {
  const { createdBy } = artifact
  const visible = () => artifact.memberships.filter(({ collection }) => access.seesProject(collection.project))
  return {
    __typename: 'Artifact',
    id: globalId('Artifact', artifact.id),
    artifactSequence: () => collectionView(access, artifact.sequence),
    versionIndex: artifact.versionIndex,
    artifactType: () => typeOf(artifact.sequence),
    description: artifact.description,
    metadata: () => JSON.stringify(artifact.metadata),
    ttlDurationSeconds: -1,
    ttlIsInherited: true,
    tags: () => [...artifact.tags].map(tagView),
    historyStep: null,
    state: artifact.state,
    size: 1,
    digest: `digest-${artifact.id}`,
    digestAlgorithm: 'MANIFEST_MD5',
    commitHash: null,
    fileCount: 1,
    createdAt: time(artifact.createdAt),
    updatedAt: time(artifact.updatedAt),
    aliases: () =>
      visible().flatMap((membership) => membership.aliases.map((alias) => aliasView(access, alias, membership))),
    createdBy: () =>
      createdBy === null
        ? // a run that was deleted, of a user who was
          { __typename: 'Run', id: globalId('Run', 0), name: '', user: null }
        : createdBy === 'later'
          ? { __typename: 'LaterInitiator', id: globalId('LaterInitiator', 1) }
          : 'run' in createdBy
            ? runView(access, createdBy.run)
            : userView(access, createdBy.user),
    usedBy: () => connection([], {}, (nothing) => nothing),
    artifactMemberships: () => connection(visible(), {}, (membership) => membershipView(access, membership)),
  }
}

const actionView = (access: Access, action: Action) => ({
  id: globalId('ArtifactCollectionAction', action.id),
  actionType: action.type,
  alias: action.alias,
  createdAt: time(action.at),
  artifact: () => artifactView(access, action.artifact),
  sourceArtifact: () => (action.type === 'DELETE' ? artifactView(access, action.artifact) : null),
  targetArtifact: () => (action.type === 'DELETE' ? null : artifactView(access, action.artifact)),
  user: () => (action.user ? userView(access, action.user) : null),
})
