import type { Access } from './access.mts'
import { numberOf } from './ids.mts'
import type { PageArguments } from './paging.mts'
import { artifactView, collectionView } from './views/artifacts.mts'
import { entityView, organizationView, projectsConnection, projectView } from './views/places.mts'
import { userView } from './views/runs.mts'

/** The fields of `Query`, as one user sees them. */
export const queries = (access: Access) => ({
  viewer: () => userView(access, access.user),
  serverInfo: () => ({
    cliVersionInfo: { min_cli_version: '0.10.0', max_cli_version: '0.31.0' },
    features: [...access.world.features].map(([name, isEnabled]) => ({ name, isEnabled })),
  }),
  entity: ({ name }: { name?: string }) => {
    const entity = access.entity(name ?? access.user.username)
    return entity ? entityView(access, entity) : null
  },
  organization: ({ name }: { name: string }) => {
    const found = access.world.organizations.find((each) => each.name === name && access.seesEntity(each.entity))
    return found ? organizationView(access, found) : null
  },
  project: ({ name, entityName }: { name?: string; entityName?: string }) => {
    const project = access.project(entityName, name)
    return project ? projectView(access, project) : null
  },
  models: ({ entityName, ...page }: PageArguments & { entityName?: string }) => {
    const entity = access.entity(entityName ?? access.user.username)
    return projectsConnection(access, entity ? access.projectsOf(entity) : [], page)
  },
  artifact: ({ id }: { id: string }) => {
    const artifact = access.world.artifacts.get(numberOf('Artifact', id) ?? -1)
    const seen =
      artifact &&
      (artifact.state === 'DELETED' || artifact.memberships.some((each) => access.seesProject(each.collection.project)))
    return seen ? artifactView(access, artifact) : null
  },
  artifactCollection: ({ id }: { id: string }) => {
    const collection = access.world.collections.get(numberOf('ArtifactCollection', id) ?? -1)
    return collection && access.seesProject(collection.project) ? collectionView(access, collection) : null
  },
})
