import type { WorldOptions } from './population.mts'
import { type NewVersion, World } from './world.mts'

/** The features that a present-day server says it has. */
const FEATURES = [
  'ARTIFACT_REGISTRY_SEARCH',
  'ARTIFACT_COLLECTIONS_FILTERING_SORTING',
  'QUERY_AUTOMATIONS_ON_ENTITY',
  'AUTOMATION_SCOPE_ENTITY',
  'AUTOMATION_ACTION_NO_OP',
  'AUTOMATION_EVENT_RUN_METRIC',
  'AUTOMATION_EVENT_RUN_METRIC_CHANGE',
  'AUTOMATION_EVENT_RUN_METRIC_ZSCORE',
  'AUTOMATION_EVENT_RUN_STATE',
  'AUTOMATION_EVENT_ADD_ARTIFACT_TAG',
  'AUTOMATION_EVENT_REMOVE_ARTIFACT_TAG',
  'AUTOMATION_EVENT_ADD_COLLECTION_TAG',
  'AUTOMATION_EVENT_REMOVE_COLLECTION_TAG',
  'AUTOMATION_EVENT_UNLINK_ARTIFACT',
]

/**
 * A small company: the user `ada` in the team `vision` of the organization `acme`, whose registries are `model` and
 * `dataset`; a project `training` with the sequence `resnet`, two versions, the first linked as `classifier`.
 */
export function acme(options: WorldOptions = {}) {
  const world = new World(options)
  for (const feature of FEATURES) world.features.set(feature, true)
  const ada = world.addUser('ada', `ada${'0'.repeat(37)}`)
  const bob = world.addUser('bob', `bob${'0'.repeat(37)}`)
  const organization = world.addOrganization('acme', [ada], 'acme_X7QK')
  const team = world.addEntity('vision', { members: [ada], organization })
  const model = world.addRegistry(organization, 'model')
  const dataset = world.addRegistry(organization, 'dataset')
  const project = world.addProject(team, 'training')
  const sequence = world.addCollection(project, 'resnet', 'SEQUENCE')
  const portfolio = world.addCollection(model, 'classifier', 'PORTFOLIO')
  const version = (more: NewVersion = {}) => world.createVersion(sequence, { user: ada, ...more })
  const first = version({ metadata: { accuracy: 0.91 } })
  const second = version({ metadata: { accuracy: 0.93 } })
  world.link(first, portfolio, [], ada)
  return { world, ada, bob, organization, team, model, dataset, project, sequence, portfolio, first, second, version }
}
