import type { ArtifactEvent } from '../events/event.js'
import { isOrganizationRegistry } from '../events/registry.js'

/**
 * The names by which people know the owner of an event's project. W&B keeps the registries of the organization `acme`
 * in an entity such as `acme_X7QK`; nobody types that, so the organization's name stands for it.
 */
export function ownersOf({ entity_name, organization_name, project_name }: ArtifactEvent): string[] {
  const isKnownByOrganization =
    organization_name !== undefined && organization_name !== entity_name && isOrganizationRegistry(project_name)
  return isKnownByOrganization ? [entity_name, organization_name] : [entity_name]
}
