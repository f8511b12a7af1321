import { type Access, checkColumns, parsed, time } from '../access.mts'
import { passes } from '../filters.mts'
import { globalId } from '../ids.mts'
import { connection, type PageArguments, sorted } from '../paging.mts'
import type { ArtifactType, Collection, Entity, Organization, Project, Run } from '../things.mts'
import { artifactView, collectionView, findMembership, membershipView, versionFields } from './artifacts.mts'
import { integrationView, triggersConnection, triggerView } from './automations.mts'
import { runView, userView } from './runs.mts'

interface ListArguments extends PageArguments {
  readonly filters?: string | null
  readonly order?: string | null
}

interface CollectionArguments extends ListArguments {
  readonly projectFilters?: string | null
  readonly collectionFilters?: string | null
  readonly collectionTypes?: readonly string[] | null
}

export const organizationView = (access: Access, organization: Organization) => ({
  __typename: 'Organization',
  id: globalId('Organization', organization.id),
  name: organization.name,
  orgEntity: () => entityView(access, organization.entity),
  advancedRegistryFeatures: { advancedSearch: organization.advancedSearch },
  featureFlags: [{ rampKey: 'automation_entity_scope', isEnabled: true }],
  triggers: ({ filters, ...page }: ListArguments) => {
    const all = access.world.entities
      .filter((entity) => entity.organization === organization && access.seesEntity(entity))
      .flatMap((entity) => triggersBelow(access, entity))
    return triggersConnection(access, all, filters, page)
  },
})

/** The automations of an entity and of all its projects. */
const triggersBelow = (access: Access, entity: Entity) => [
  ...entity.triggers,
  ...access.projectsOf(entity).flatMap((project) => project.triggers),
]

export function entityView(access: Access, entity: Entity) {
  const projects = (filters: string | null | undefined) => {
    const filter = parsed(filters)
    return access.projectsOf(entity).filter((project) => passes(filter, projectFields(project)))
  }
  return {
    __typename: 'Entity',
    id: globalId('Entity', entity.id),
    name: entity.name,
    entityType: entity.type,
    isTeam: entity.type === 'team',
    organization: () => (entity.organization ? organizationView(access, entity.organization) : null),
    user: () => {
      const user = access.world.users.find(({ username }) => entity.type === 'user' && username === entity.name)
      return user ? userView(access, user) : null
    },
    project: ({ name }: { name?: string }) => {
      const project = access.project(entity.name, name)
      return project ? projectView(access, project) : null
    },
    projects: ({ filters, order, ...page }: ListArguments) =>
      projectsConnection(access, sorted(projects(filters), order, projectOrder, '-created_at'), page),
    artifactCollections: ({ projectFilters, filters, collectionTypes, order, ...page }: CollectionArguments) => {
      const all = projects(projectFilters).flatMap((project) => [...project.collections.values()])
      const wanted = all.filter(({ kind }) => !collectionTypes || collectionTypes.includes(kind))
      return collectionsConnection(access, wanted, filters, order, page)
    },
    artifactMemberships: ({ projectFilters, collectionFilters, filters, ...page }: CollectionArguments) => {
      const inCollection = parsed(collectionFilters)
      const filter = parsed(filters)
      const found = projects(projectFilters)
        .flatMap((project) => [...project.collections.values()])
        .filter((collection) => passes(inCollection, collectionFields(collection)))
        .flatMap((collection) => collection.memberships)
        .filter((membership) => passes(filter, versionFields(membership)))
      return connection(found.reverse(), page, (membership) => membershipView(access, membership))
    },
    integrations: (page: PageArguments) => connection(entity.integrations, page, integrationView),
    triggers: ({ filters, ...page }: ListArguments) =>
      triggersConnection(access, triggersBelow(access, entity), filters, page),
  }
}

const projectOrder = {
  name: ({ name }: Project) => name,
  created_at: ({ createdAt }: Project) => createdAt,
  updated_at: ({ updatedAt }: Project) => updatedAt,
}

const projectFields = (project: Project) => (name: string) =>
  ({
    id: project.id,
    project_id: project.id,
    name: project.name,
    entity_id: project.entity.id,
    description: project.description,
    created_at: project.createdAt,
    updated_at: project.updatedAt,
  })[name]

export const projectsConnection = (access: Access, projects: readonly Project[], page: PageArguments) =>
  connection(projects, page, (project) => projectView(access, project))

const collectionOrder = {
  name: ({ name }: Collection) => name,
  created_at: ({ createdAt }: Collection) => createdAt,
  updated_at: ({ updatedAt }: Collection) => updatedAt,
}

const collectionFields = (collection: Collection) => (name: string) =>
  ({
    id: collection.id,
    artifact_collection_id: collection.id,
    name: collection.name,
    tag: [...collection.tags],
    description: '',
    created_at: collection.createdAt,
    updated_at: collection.updatedAt,
  })[name]

function collectionsConnection(
  access: Access,
  collections: readonly Collection[],
  filters: string | null | undefined,
  order: string | null | undefined,
  page: PageArguments,
) {
  checkColumns(access, 'where clause', filters)
  checkColumns(access, 'order clause', order)
  const filter = parsed(filters)
  const found = collections.filter((collection) => passes(filter, collectionFields(collection)))
  const ordered = sorted(found, order, collectionOrder, '-created_at')
  return connection(ordered, page, (collection) => collectionView(access, collection))
}

export function projectView(access: Access, project: Project) {
  const collections = () => [...project.collections.values()]
  const runs = (filters: string | null | undefined) => {
    const filter = parsed(filters)
    return [...project.runs.values()].filter((run) => passes(filter, runFields(run)))
  }
  return {
    __typename: 'Project',
    id: globalId('Project', project.id),
    internalId: globalId('ProjectInternalId', project.id),
    name: project.name,
    entityName: project.entity.name,
    entity: () => entityView(access, project.entity),
    user: () => userView(access, access.user),
    description: project.description,
    createdAt: time(project.createdAt),
    updatedAt: time(project.updatedAt),
    access: 'PRIVATE',
    readOnly: false,
    isBenchmark: false,
    allowAllArtifactTypesInRegistry: true,
    artifactTypes: (page: PageArguments) =>
      connection([...project.types.values()], page, (type) => typeView(access, type)),
    artifactType: ({ name }: { name: string }) => {
      const type = project.types.get(name)
      return type ? typeView(access, type) : null
    },
    artifactCollections: ({ filters, order, ...page }: ListArguments) =>
      collectionsConnection(access, collections(), filters, order, page),
    artifactCollection: ({ name }: { name: string }) => {
      const collection = project.collections.get(name)
      return collection ? collectionView(access, collection) : null
    },
    artifactCollectionMembership: ({ name }: { name: string }) => {
      const found = membershipByName(project, name)
      return found ? membershipView(access, found) : null
    },
    artifact: ({ name }: { name: string }) => {
      const found = membershipByName(project, name)
      return found ? artifactView(access, found.artifact) : null
    },
    runCount: ({ filters }: { filters?: string }) => runs(filters).length,
    runs: ({ filters, order, ...page }: ListArguments) =>
      connection(sorted(runs(filters), order, runOrder, '-created_at'), page, (run) => runView(access, run)),
    run: ({ name }: { name: string }) => {
      const run = project.runs.get(name)
      return run ? runView(access, run) : null
    },
    triggers: () => project.triggers.map((trigger) => triggerView(access, trigger)),
  }
}

/** `collection:v3`, `collection:alias`, or only `collection` for its latest. */
function membershipByName(project: Project, name: string) {
  const [collectionName = '', version = 'latest'] = name.split(':')
  const collection = project.collections.get(collectionName)
  return collection ? findMembership(collection, version) : null
}

const runOrder = {
  created_at: ({ createdAt }: Run) => createdAt,
  heartbeat_at: ({ heartbeatAt }: Run) => heartbeatAt,
}

const runFields = (run: Run) => (name: string) =>
  ({
    name: run.name,
    displayName: run.displayName,
    display_name: run.displayName,
    state: run.state,
    username: run.user.username,
    createdAt: run.createdAt,
  })[name]

const typeView = (access: Access, type: ArtifactType) => ({
  __typename: 'ArtifactType',
  id: globalId('ArtifactType', type.id),
  name: type.name,
  description: null,
  createdAt: time(type.createdAt),
  artifactCollections: ({ filters, order, ...page }: ListArguments) => {
    const all = [...type.project.collections.values()].filter((collection) => collection.type === type)
    return collectionsConnection(access, all, filters, order, page)
  },
  artifactCollection: ({ name }: { name: string }) => {
    const collection = type.project.collections.get(name)
    return collection?.type === type ? collectionView(access, collection) : null
  },
})
