import type { JsonObject, JsonValue } from '../json.js'

/** Everything that can happen to an artifact, a collection or a run, in W&B's words. */
export const EVENT_TYPES = [
  'CREATE_ARTIFACT',
  'LINK_ARTIFACT',
  'UNLINK_ARTIFACT',
  'ADD_ARTIFACT_ALIAS',
  'REMOVE_ARTIFACT_ALIAS',
  'ADD_ARTIFACT_TAG',
  'REMOVE_ARTIFACT_TAG',
  'ADD_COLLECTION_TAG',
  'REMOVE_COLLECTION_TAG',
  'RUN_STATE',
  'RUN_METRIC',
  'RUN_METRIC_CHANGE',
  'RUN_METRIC_ZSCORE',
] as const

export type EventType = (typeof EVENT_TYPES)[number]

/**
 * Something that happened in a registry or project: one flat object in W&B's payload vocabulary. What the ingest
 * accepts, what `artifact-event` sends, and what template variables name. Made by `parseEvent`, so its fields are
 * right; fields that nobody knows are kept beside them.
 */
export interface ArtifactEvent {
  readonly event_type: EventType
  readonly entity_name: string
  readonly project_name: string
  /** At most 255 characters; with the source it is the deduplication key. */
  readonly event_id: string
  /** RFC 3339. */
  readonly event_time: string
  readonly organization_name?: string
  readonly event_author?: string
  readonly artifact_collection_name?: string
  /** `wandb-artifact://_id/<base64 id>`, or whatever the registry uses. */
  readonly artifact_version?: string
  /** `<entity>/<project>/<collection>:<version or alias>` */
  readonly artifact_version_string?: string
  readonly artifact_version_index?: number
  readonly artifact_type?: string
  readonly artifact_metadata?: JsonObject
  readonly alias?: string
  readonly tag?: string
  readonly run_id?: string
  readonly run_name?: string
  readonly run_state?: string
  readonly run_status?: string
  readonly run_author?: string
  readonly run_url?: string
  readonly metric_name?: string
  readonly metric_filter?: string
  readonly metric_current_status?: string
  readonly metric_value?: number
  readonly metric_values?: readonly number[]
  readonly [name: string]: JsonValue | readonly number[] | undefined
}
