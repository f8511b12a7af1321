import type { ArtifactEvent } from '../events/event.js'
import { isRegistry } from '../events/registry.js'
import { ownersOf } from './owners.js'
import type { Trigger } from './trigger.js'
import { shown } from './words.js'

export function isInScope({ scope, entity, project }: Trigger, event: ArtifactEvent): boolean {
  if (scope === 'organization') return entity === '' || entity === event.organization_name
  if (scope === 'entity') return entity === '' || entity === event.entity_name
  if (entity !== '' && !ownersOf(event).includes(entity)) return false
  if (project !== '') return project === event.project_name
  return isRegistry(event.project_name) === (scope === 'registry')
}

/** Where an event is from, in words. */
export const placeOf = ({ project_name, entity_name, organization_name }: ArtifactEvent): string =>
  `the project ${shown(project_name)} of ${shown(entity_name)}${organization_name ? ` in the organization ${shown(organization_name)}` : ''}`

/** What a trigger watches, in words. */
export function scopeInWords({ scope, entity, project }: Trigger): string {
  if (scope === 'organization') return entity === '' ? 'every organization' : `the organization ${shown(entity)}`
  const place = {
    registry: project === '' ? 'every registry' : `the registry ${shown(project)}`,
    project: project === '' ? 'every project that is no registry' : `the project ${shown(project)}`,
    entity: 'everything',
  }[scope]
  return entity === '' ? place : `${place} of ${shown(entity)}`
}
