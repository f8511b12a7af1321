import { EVENT_TYPES, type EventType } from './event.js'

/** Something was done to one version of an artifact. */
export const ARTIFACT_EVENTS = [
  'CREATE_ARTIFACT',
  'LINK_ARTIFACT',
  'UNLINK_ARTIFACT',
  'ADD_ARTIFACT_ALIAS',
  'REMOVE_ARTIFACT_ALIAS',
  'ADD_ARTIFACT_TAG',
  'REMOVE_ARTIFACT_TAG',
] as const satisfies readonly EventType[]

/** Something was done to a collection as a whole. */
export const COLLECTION_EVENTS = ['ADD_COLLECTION_TAG', 'REMOVE_COLLECTION_TAG'] as const satisfies readonly EventType[]

/** Events that name an alias. */
export const ALIAS_EVENTS = ['ADD_ARTIFACT_ALIAS', 'REMOVE_ARTIFACT_ALIAS'] as const satisfies readonly EventType[]

/** Events that name a tag. */
export const TAG_EVENTS = [
  'ADD_ARTIFACT_TAG',
  'REMOVE_ARTIFACT_TAG',
  'ADD_COLLECTION_TAG',
  'REMOVE_COLLECTION_TAG',
] as const satisfies readonly EventType[]

export const METRIC_EVENTS = [
  'RUN_METRIC',
  'RUN_METRIC_CHANGE',
  'RUN_METRIC_ZSCORE',
] as const satisfies readonly EventType[]

export const RUN_EVENTS = ['RUN_STATE', ...METRIC_EVENTS] as const satisfies readonly EventType[]

export type VariableType = 'string' | 'integer' | 'number' | 'numbers' | 'object'

/** A field of the event, which is also a template variable. */
export interface Variable {
  readonly name: string
  /** `numbers` is an array of numbers, `object` any JSON object. */
  readonly type: VariableType
  /** The events that usually carry it; a sender may put it into any. */
  readonly appliesTo: readonly EventType[]
  /** One line, for the editor's completion and the README. */
  readonly description: string
}

const EVERYWHERE = EVENT_TYPES
const VERSIONS = ARTIFACT_EVENTS
const COLLECTIONS = [...ARTIFACT_EVENTS, ...COLLECTION_EVENTS]

const variable = (
  name: string,
  type: VariableType,
  appliesTo: readonly EventType[],
  description: string,
): Variable => ({
  name,
  type,
  appliesTo,
  description,
})

/**
 * The fields of an event that everybody knows by name. The names up to `artifact_metadata`, `alias`, `tag` and those
 * of runs and metrics are W&B's (docs.wandb.ai, "Create a webhook automation", payload variables; and the variables of
 * ARIA prompts); the others are ours.
 */
export const VOCABULARY: readonly Variable[] = [
  variable('event_type', 'string', EVERYWHERE, 'What happened, such as LINK_ARTIFACT or ADD_ARTIFACT_ALIAS'),
  variable(
    'entity_name',
    'string',
    EVERYWHERE,
    "Team or user that owns the project; for a registry the organization's",
  ),
  variable('organization_name', 'string', EVERYWHERE, 'Organization'),
  variable('project_name', 'string', EVERYWHERE, 'Project; the registry "model" is wandb-registry-model'),
  variable('event_id', 'string', EVERYWHERE, "The event's own id; the same id is never handled twice"),
  variable('event_time', 'string', EVERYWHERE, 'When it happened, as in 2026-11-23T10:00:00Z'),
  variable('event_author', 'string', EVERYWHERE, 'User who did it'),
  variable('artifact_collection_name', 'string', COLLECTIONS, 'Collection, such as a registered model'),
  variable(
    'artifact_version',
    'string',
    VERSIONS,
    'Reference to the version, such as wandb-artifact://_id/QXJ0aWZhY3Q6MQ==',
  ),
  variable(
    'artifact_version_string',
    'string',
    VERSIONS,
    'Path of the version: entity/project/collection:version or alias',
  ),
  variable('artifact_version_index', 'integer', VERSIONS, 'Number of the version, 3 for v3'),
  variable('artifact_type', 'string', COLLECTIONS, 'Type of the artifact, such as model or dataset'),
  variable(
    'artifact_metadata',
    'object',
    VERSIONS,
    'Metadata of the version; ${artifact_metadata.KEY} is one value of it',
  ),
  variable('alias', 'string', ALIAS_EVENTS, 'Alias that was added or removed'),
  variable('tag', 'string', TAG_EVENTS, 'Tag that was added or removed'),
  variable('run_id', 'string', RUN_EVENTS, 'Id of the run'),
  variable('run_name', 'string', RUN_EVENTS, 'Name of the run'),
  variable('run_state', 'string', RUN_EVENTS, 'State of the run: running, finished, failed…'),
  variable('run_status', 'string', RUN_EVENTS, "W&B's other name for run_state"),
  variable('run_author', 'string', RUN_EVENTS, 'User who started the run'),
  variable('run_url', 'string', RUN_EVENTS, 'Page of the run'),
  variable('metric_name', 'string', METRIC_EVENTS, 'Metric that was watched'),
  variable('metric_filter', 'string', METRIC_EVENTS, 'Condition that the metric met, in words'),
  variable('metric_current_status', 'string', METRIC_EVENTS, 'Where the metric stands, in words'),
  variable('metric_value', 'number', METRIC_EVENTS, 'Value that met the condition'),
  variable('metric_values', 'numbers', METRIC_EVENTS, 'Values that the condition looked at'),
]

const NAMES: ReadonlySet<string> = new Set(VOCABULARY.map(({ name }) => name))

/** Whether an event's field of this name has a meaning that everybody knows. */
export const isVocabularyName = (name: string): boolean => NAMES.has(name)

/** Names that a template knows beside the vocabulary; events have no such fields. */
export const TEMPLATE_ONLY_NAMES = ['automation_name', 'event_json'] as const

/** Names that mean something else in a template, so that no secret may have them. */
export const RESERVED_SECRET_NAMES: readonly string[] = [
  'ACCESS_TOKEN',
  'event',
  ...TEMPLATE_ONLY_NAMES,
  ...VOCABULARY.map(({ name }) => name),
]

const SECRET_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Why no secret can have this name, as a sentence for a person; `null` when it can. */
export function secretNameProblem(name: string): string | null {
  if (name === '') return 'A secret needs a name.'
  if (!SECRET_NAME.test(name))
    return 'The name of a secret is made of letters, digits and underscores, and does not begin with a digit.'
  if (name === 'ACCESS_TOKEN') return "ACCESS_TOKEN is the webhook's access token; a secret needs another name."
  if (RESERVED_SECRET_NAMES.includes(name)) return `${name} is a variable of templates; a secret needs another name.`
  return null
}

export const isSecretName = (name: string): boolean => secretNameProblem(name) === null
