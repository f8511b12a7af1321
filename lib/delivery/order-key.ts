import type { ArtifactEvent } from '../events/event.js'

/** What deliveries share that are kept in order: the artifact collection. Null for events that have none. */
export function orderKey({ entity_name, project_name, artifact_collection_name }: ArtifactEvent): string | null {
  if (artifact_collection_name === undefined) return null
  return JSON.stringify([entity_name, project_name, artifact_collection_name])
}
