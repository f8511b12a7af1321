import type { Access } from './access.mts'
import { numberOf } from './ids.mts'
import type { Artifact, Collection, Integration, Trigger, TriggerAction } from './things.mts'
import { artifactView, collectionView, membershipView, tagView } from './views/artifacts.mts'
import { integrationView, triggerView } from './views/automations.mts'

interface AliasTarget {
  readonly alias: string
  readonly artifactCollectionName: string
  readonly entityName: string
  readonly projectName: string
}

interface Tagged {
  readonly tagName: string
}

interface TriggerInput {
  readonly name?: string
  readonly description?: string | null
  readonly enabled?: boolean
  readonly scopeID?: string
  readonly triggeringEventType?: string
  readonly eventFilter?: string
  readonly triggeredActionConfig?: {
    readonly genericWebhookActionInput?: { readonly integrationID: string; readonly requestPayload?: string }
    readonly notificationActionInput?: {
      readonly integrationID: string
      readonly title?: string
      readonly message?: string
      readonly severity?: string
    }
    readonly noOpActionInput?: { readonly noOp?: boolean }
  }
}

/** The fields of `Mutation`, for one user. */
export function mutations(access: Access) {
  const { world, user } = access

  const artifact = (id: string | null | undefined): Artifact => {
    const found = world.artifacts.get(numberOf('Artifact', id ?? '') ?? -1)
    if (!found) throw new Error('artifact not found')
    return found
  }

  const collection = (entityName: string, projectName: string, name: string): Collection => {
    const found = access.project(entityName, projectName)?.collections.get(name)
    if (!found) throw new Error(`collection ${entityName}/${projectName}/${name} not found`)
    return found
  }

  const collectionById = (id: string): Collection => {
    const found = world.collections.get(numberOf('ArtifactCollection', id) ?? -1)
    if (!found) throw new Error('collection not found')
    return found
  }

  const eachAlias = (targets: readonly AliasTarget[], act: (collection: Collection, alias: string) => void) => {
    for (const { alias, ...target } of targets) {
      act(collection(target.entityName, target.projectName, target.artifactCollectionName), alias)
    }
    return { success: true }
  }

  const integration = (id: string): Integration => {
    const found = world.entities
      .flatMap(({ integrations }) => integrations)
      .find((each) => each.id === numberOf('Integration', id))
    if (!found) throw new Error('integration not found')
    return found
  }

  const scope = (id: string): Trigger['scope'] => {
    const found =
      world.projects.find((project) => project.id === numberOf('Project', id)) ??
      world.entities.find((entity) => entity.id === numberOf('Entity', id)) ??
      world.collections.get(numberOf('ArtifactCollection', id) ?? -1)
    if (!found) throw new Error('scope not found')
    return found
  }

  const action = (config: NonNullable<TriggerInput['triggeredActionConfig']>): TriggerAction => {
    const { genericWebhookActionInput: webhook, notificationActionInput: slack } = config
    if (webhook) {
      return {
        kind: 'webhook',
        integration: integration(webhook.integrationID),
        payload: webhook.requestPayload ?? null,
      }
    }
    if (slack) {
      const { title = null, message = null, severity = null } = slack
      return { kind: 'slack', integration: integration(slack.integrationID), title, message, severity }
    }
    return { kind: 'no-op' }
  }

  /** The create input has the bare filter of artifact events; saved ones are wrapped once more. */
  const saved = (eventType: string, filter: string) =>
    eventType.startsWith('RUN_') ? filter : JSON.stringify({ filter: JSON.parse(filter) })

  const trigger = (id: string): Trigger => {
    const all = [...world.projects, ...world.entities].flatMap(({ triggers }) => triggers)
    const found = all.find((each) => each.id === numberOf('Trigger', id))
    if (!found) throw new Error('trigger not found')
    return found
  }

  return {
    addAliases: ({ input }: { input: { artifactID: string; aliases: readonly AliasTarget[] } }) =>
      eachAlias(input.aliases, (target, alias) => world.addAlias(artifact(input.artifactID), target, alias, user)),
    deleteAliases: ({ input }: { input: { artifactID: string; aliases: readonly AliasTarget[] } }) =>
      eachAlias(input.aliases, (target, alias) => world.removeAlias(artifact(input.artifactID), target, alias, user)),
    updateArtifact: ({
      input,
    }: {
      input: {
        artifactID: string
        description?: string
        metadata?: string
        tagsToAdd?: readonly Tagged[]
        tagsToDelete?: readonly Tagged[]
      }
    }) => {
      const found = artifact(input.artifactID)
      if (typeof input.description === 'string') found.description = input.description
      if (typeof input.metadata === 'string') found.metadata = JSON.parse(input.metadata)
      for (const { tagName } of input.tagsToAdd ?? []) world.tag(found, tagName)
      for (const { tagName } of input.tagsToDelete ?? []) world.untag(found, tagName)
      return { artifact: artifactView(access, found) }
    },
    linkArtifact: ({
      input,
    }: {
      input: {
        artifactID?: string
        artifactPortfolioName?: string
        artifactPortfolioID?: string
        entityName?: string
        projectName?: string
        aliases?: readonly { alias: string }[]
      }
    }) => {
      const version = artifact(input.artifactID)
      const project = access.project(input.entityName, input.projectName)
      if (!project) throw new Error('project not found')
      const name = input.artifactPortfolioName ?? ''
      const target =
        project.collections.get(name) ?? world.addCollection(project, name, 'PORTFOLIO', version.sequence.type.name)
      const membership = world.link(
        version,
        target,
        input.aliases?.map(({ alias }) => alias),
        user,
      )
      return { versionIndex: membership.index, artifactMembership: membershipView(access, membership) }
    },
    unlinkArtifact: ({ input }: { input: { artifactID: string; artifactPortfolioID: string } }) => {
      world.unlink(artifact(input.artifactID), collectionById(input.artifactPortfolioID), user)
      return { success: true }
    },
    // only tags of a collection can be changed here; the SDK sends these with every save
    updateArtifactSequence: ({ input }: { input: { artifactSequenceID: string } }) => ({
      artifactCollection: collectionView(access, collectionById(input.artifactSequenceID)),
    }),
    updateArtifactPortfolio: ({ input }: { input: { artifactPortfolioID: string } }) => ({
      artifactCollection: collectionView(access, collectionById(input.artifactPortfolioID)),
    }),
    createArtifactCollectionTagAssignments: ({
      input,
    }: {
      input: Omit<AliasTarget, 'alias'> & { tags: readonly Tagged[] }
    }) => {
      const target = collection(input.entityName, input.projectName, input.artifactCollectionName)
      for (const { tagName } of input.tags) world.tagCollection(target, tagName)
      return { tags: input.tags.map(({ tagName }) => tagView(tagName)) }
    },
    deleteArtifactCollectionTagAssignments: ({
      input,
    }: {
      input: Omit<AliasTarget, 'alias'> & { tags: readonly Tagged[] }
    }) => {
      const target = collection(input.entityName, input.projectName, input.artifactCollectionName)
      for (const { tagName } of input.tags) world.untagCollection(target, tagName)
      return { success: true }
    },
    createFilterTrigger: ({ input }: { input: Required<TriggerInput> }) => {
      const added = world.addTrigger(scope(input.scopeID), {
        name: input.name,
        description: input.description,
        enabled: input.enabled,
        eventType: input.triggeringEventType,
        filter: saved(input.triggeringEventType, input.eventFilter),
        action: action(input.triggeredActionConfig),
      })
      return { trigger: triggerView(access, added) }
    },
    updateFilterTrigger: ({ input }: { input: TriggerInput & { id: string } }) => {
      const found = trigger(input.id)
      if (typeof input.name === 'string') found.name = input.name
      if (input.description !== undefined) found.description = input.description
      if (typeof input.enabled === 'boolean') found.enabled = input.enabled
      if (input.triggeringEventType) found.eventType = input.triggeringEventType
      if (input.eventFilter) found.filter = saved(found.eventType, input.eventFilter)
      if (input.triggeredActionConfig) found.action = action(input.triggeredActionConfig)
      found.updatedAt = world.now
      return { trigger: triggerView(access, found) }
    },
    deleteTrigger: ({ input }: { input: { triggerID: string } }) => ({
      success: world.removeTrigger(numberOf('Trigger', input.triggerID) ?? -1),
    }),
    createGenericWebhookIntegration: ({
      input,
    }: {
      input: { entityName: string; name: string; urlEndpoint: string; accessTokenRef?: string; secretRef?: string }
    }) => {
      const entity = access.entity(input.entityName)
      if (!entity) throw new Error('entity not found')
      return { integration: integrationView(world.addWebhook(entity, input.name, input.urlEndpoint, input)) }
    },
  }
}
