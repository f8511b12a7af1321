// W&B: a registry is a project of the organization's entity whose name has this prefix (docs.wandb.ai, Registry).
const REGISTRY_PREFIX = 'wandb-registry-'

/** The one registry that teams had before there were many: the "legacy Model Registry". */
const LEGACY_REGISTRY = 'model-registry'

/** Whether a project is a registry, the legacy one too. */
export const isRegistry = (project: string): boolean =>
  project === LEGACY_REGISTRY || project.startsWith(REGISTRY_PREFIX)

/** Whether it is a registry of an organization; the legacy one belongs to a team. */
export const isOrganizationRegistry = (project: string): boolean => project.startsWith(REGISTRY_PREFIX)

/** What people call a registry: of `wandb-registry-model` it is `model`. */
export const registryName = (project: string): string =>
  project.startsWith(REGISTRY_PREFIX) ? project.slice(REGISTRY_PREFIX.length) : project

/** The project of a registry, of which people know the short name: `model` is `wandb-registry-model`. */
export const registryProject = (name: string): string => (isRegistry(name) ? name : REGISTRY_PREFIX + name)
