import type { RunRule } from '../../automations/run-rule.js'
import type { EventType } from '../../events/event.js'
import { registryProject } from '../../events/registry.js'
import type { CollectionState } from './collections/state.js'

/** One thing that is watched with one request a poll: the registries of an organization, an entity, or a project. */
export interface Target {
  /** Unique among the targets of a source, such as `registries/acme`; names its part of the state. */
  readonly key: string
  readonly entity: string
  /** Null: projects of the entity, those in `projects`. */
  readonly project: string | null
  /** Of a target without a project: their full names, or null for all that `registries` allows. */
  readonly projects: readonly string[] | null
  /** Only projects that are registries. */
  readonly registries: boolean
  readonly organization: string
  /** Events of artifacts and collections that somebody waits for; none when the collections are not watched. */
  readonly events: ReadonlySet<EventType>
  readonly runs: readonly RunRule[]
  /** Nobody named it: that it is not there is no failure. */
  readonly implied: boolean
}

/** Whether a collection belongs to what the target watches. */
export function covers(target: Target, entity: string, project: string): boolean {
  if (target.events.size === 0 || entity !== target.entity) return false
  if (target.project !== null) return project === target.project
  if (target.projects !== null) return target.projects.includes(project)
  return !target.registries || project.startsWith(PREFIX)
}

export const isCovered = (
  targets: readonly Target[],
  { entity, project }: Pick<CollectionState, 'entity' | 'project'>,
) => targets.some((target) => covers(target, entity, project))

/** What the names of registries begin with. */
const PREFIX = registryProject('')

/** The `projectFilters` of a target; null when it needs none. */
export function projectFilter({ projects, registries }: Pick<Target, 'projects' | 'registries'>): string | null {
  if (projects !== null) return JSON.stringify({ name: projects.length === 1 ? projects[0] : { $in: projects } })
  return registries ? JSON.stringify({ name: { $regex: `^${PREFIX}` } }) : null
}
