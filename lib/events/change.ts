import { createHash } from 'node:crypto'
import type { ArtifactEvent } from './event.js'

/**
 * The same text for the same change of the same thing, whoever tells it: the registry's webhook, or a look at it. Digits
 * and letters, 32 of them.
 * @param registry of which kind, such as `mlflow`
 */
export function changeOf(registry: string, event: ArtifactEvent): string {
  const parts = [
    registry,
    event.event_type,
    event.entity_name,
    event.project_name,
    event.artifact_collection_name,
    event.artifact_version,
    event.artifact_version_string,
    event.alias,
    event.tag,
    event['workspace'] === 'default' ? undefined : event['workspace'],
  ]
  // JSON, in which half of a surrogate pair is itself
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}
