import type { ArtifactEvent, EventType } from '../events/event.js'
import { registryProject } from '../events/registry.js'
import {
  ALIAS_EVENTS,
  ARTIFACT_EVENTS,
  COLLECTION_EVENTS,
  METRIC_EVENTS,
  RUN_EVENTS,
  TAG_EVENTS,
} from '../events/vocabulary.js'
import type { JsonObject } from '../json.js'
import type { TriggerSettings } from './trigger.js'

const includes = (types: readonly EventType[], type: EventType) => types.includes(type)

/** What a sample shall fit, as triggers name it. */
export interface SampleFit extends Partial<Pick<TriggerSettings, 'scope' | 'entity' | 'project' | 'collection'>> {
  /** The alias or tag. */
  readonly name?: string | undefined
  /** What a trigger asks of runs; what is empty or left out is any. */
  readonly states?: readonly string[] | undefined
  readonly user?: string | undefined
  readonly metric?: string | undefined
  /** A name of a run. */
  readonly run?: string | undefined
}

/**
 * An event as W&B would have it, for previews, for trying an automation, and for tests. One that a trigger's pattern
 * matches too is `fittingSample`, which brings the pattern engine along.
 * @param at becomes the event's time, and makes its id
 */
export function sampleEvent(
  type: EventType,
  fit: SampleFit = {},
  at: Date = new Date('2026-11-23T10:00:00Z'),
): ArtifactEvent {
  const place = placeFor(type, fit)
  const { name } = fit
  const named = includes(ALIAS_EVENTS, type) || includes(TAG_EVENTS, type)
  return {
    event_type: type,
    ...place,
    event_id: `sample-${at.toISOString()}`,
    event_time: at.toISOString(),
    event_author: includes(RUN_EVENTS, type) ? userFor(fit) : 'ada',
    ...(includes(ARTIFACT_EVENTS, type) && artifactFields(type, place, collectionFor(fit), name)),
    ...(includes(COLLECTION_EVENTS, type) && { artifact_collection_name: collectionFor(fit), artifact_type: 'model' }),
    ...(includes(TAG_EVENTS, type) && { tag: name ?? 'europe' }),
    ...(includes(ALIAS_EVENTS, type) && { alias: name ?? 'production' }),
    // A trigger may wait, with a pattern, for an event that usually names neither.
    ...(!named && name !== undefined && { alias: name }),
    ...(includes(RUN_EVENTS, type) && runFields(place, stateFor(type, fit), fit)),
    ...(includes(METRIC_EVENTS, type) && metricFields(fit.metric?.trim() || 'val/accuracy')),
  }
}

/** An event happened somewhere: what a trigger leaves open is filled in. */
function placeFor(type: EventType, { scope, entity, project }: SampleFit) {
  const owner = entity?.trim() || 'acme'
  const wanted = project?.trim()
  const usual = includes(RUN_EVENTS, type) ? 'cifar10' : registryProject('model')
  const names = {
    registry: registryProject(wanted || 'model'),
    project: wanted || 'cifar10',
    entity: usual,
    organization: usual,
  }
  return {
    entity_name: scope === 'organization' ? 'acme' : owner,
    organization_name: scope === 'organization' ? owner : 'acme',
    project_name: scope === undefined ? wanted || usual : names[scope],
  }
}

const collectionFor = ({ collection }: SampleFit) => collection?.trim() || 'cifar10-classifier'

type Place = ReturnType<typeof placeFor>

function artifactFields(type: EventType, place: Place, collection: string, name: string | undefined): JsonObject {
  const version = includes(ALIAS_EVENTS, type) ? (name ?? 'production') : 'v3'
  return {
    artifact_collection_name: collection,
    artifact_version: 'wandb-artifact://_id/QXJ0aWZhY3Q6NTE3ODg5ODg3',
    artifact_version_string: `${place.entity_name}/${place.project_name}/${collection}:${version}`,
    artifact_version_index: 3,
    artifact_type: 'model',
    artifact_metadata: {
      accuracy: 0.9463,
      loss: 0.1842,
      epochs: 20,
      framework: 'pytorch',
      dataset: { name: 'cifar10', split: 'test' },
      classes: ['airplane', 'automobile', 'bird'],
    },
  }
}

const userFor = ({ user }: SampleFit) => user?.trim() || 'ada'

/** The first of the states that a trigger waits for; what is told of a metric is told while the run goes on. */
function stateFor(type: EventType, { states = [] }: SampleFit): string {
  if (type !== 'RUN_STATE') return 'running'
  return states.find((state) => state.trim() !== '')?.toLowerCase() ?? 'finished'
}

const runFields = ({ entity_name, project_name }: Place, state: string, fit: SampleFit): JsonObject => ({
  run_id: '1jx6ufyo',
  run_name: fit.run ?? 'brisk-sun-7',
  run_state: state,
  run_status: state,
  run_author: userFor(fit),
  run_url: `https://wandb.ai/${entity_name}/${project_name}/runs/1jx6ufyo`,
})

const metricFields = (metric: string): JsonObject => ({
  metric_name: metric,
  metric_filter: `average of the last 5 values of ${metric} > 0.94`,
  metric_current_status: `${metric} is 0.9463`,
  metric_value: 0.9463,
  metric_values: [0.9401, 0.9428, 0.9447, 0.9459, 0.9463],
})
