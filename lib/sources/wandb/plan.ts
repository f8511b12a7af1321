import type { RunRule } from '../../automations/run-rule.js'
import type { Trigger } from '../../automations/trigger.js'
import type { WatchTrigger } from '../../automations/watch-trigger.js'
import type { EventType } from '../../events/event.js'
import { isOrganizationRegistry, isRegistry, registryProject } from '../../events/registry.js'
import type { Directory } from './directory.js'
import { notFound } from './failure.js'
import type { Target } from './target.js'

/** Where a trigger waits for what happens. */
interface Place {
  readonly entity: string
  readonly organization: string
  readonly project: string | null
  readonly projects: readonly string[] | null
  readonly registries: boolean
  readonly implied: boolean
}

/** The entities whose lists of projects have to be known, because runs can be watched by project only. */
export function entitiesWithRuns(triggers: readonly WatchTrigger[], directory: Directory): string[] {
  const names = triggers
    .filter(({ run }) => run !== null)
    .flatMap(({ trigger }) => placesOf(trigger, directory))
    .filter(({ project, registries }) => project === null && !registries)
  return [...new Set(names.map(({ entity }) => entity))]
}

/**
 * What has to be watched for these triggers, each thing once: a request a poll for the registries of an organization,
 * for an entity, or for a project. Pure.
 * @param projects the projects of each of `entitiesWithRuns`
 */
export function planWatch(
  triggers: readonly WatchTrigger[],
  directory: Directory,
  projects: ReadonlyMap<string, readonly string[]> = new Map(),
): Target[] {
  const targets = new Map<string, Target>()
  for (const { trigger, run } of triggers) {
    const events = new Set([...trigger.events].filter((type) => !type.startsWith('RUN_')))
    for (const place of placesOf(trigger, directory)) {
      if (events.size > 0) add(targets, place, events, [])
      if (run === null) continue
      const names =
        place.project === null
          ? (projects.get(place.entity) ?? []).filter((name) => !isRegistry(name))
          : [place.project]
      if (place.registries) continue
      for (const project of names)
        add(targets, { ...place, project, implied: place.implied || place.project === null }, new Set(), [run])
    }
  }
  return withoutOverlap([...targets.values()])
}

/** Whether a trigger waits for whatever the key sees: what that is has to be known. */
export const needsDirectory = (triggers: readonly WatchTrigger[]): boolean =>
  triggers.some(({ trigger }) => trigger.entity === '' || trigger.scope === 'organization')

/** Names in triggers that may be those of organizations which the directory does not tell of. */
export function organizationsNamed(triggers: readonly WatchTrigger[], { organizations }: Directory): string[] {
  const named = triggers.flatMap(({ trigger: { scope, entity, project } }) =>
    scope === 'organization' || scope === 'registry' || isOrganizationRegistry(project) ? [entity] : [],
  )
  return [...new Set(named)].filter(
    (name) => name !== '' && !organizations.some((each) => each.name === name || each.entity === name),
  )
}

/** The organizations that triggers name and the key cannot see: nothing can be watched for those. */
export function unseenOrganizations(triggers: readonly WatchTrigger[], { organizations }: Directory): string[] {
  const named = triggers.flatMap(({ trigger }) => (trigger.scope === 'organization' ? [trigger.entity] : []))
  return [...new Set(named)].filter((name) => name !== '' && !organizations.some((each) => each.name === name))
}

/** The failure that there is something to be said of for `unseenOrganizations`; null when there is none. */
export function unseenFailure(triggers: readonly WatchTrigger[], directory: Directory): Error | null {
  const [name] = unseenOrganizations(triggers, directory)
  if (name === undefined) return null
  const seen = directory.organizations.map((each) => each.name).join(', ') || 'none'
  return notFound(name, `The API key sees no organization ${name}; it sees: ${seen}. Check the name in the trigger.`)
}

function placesOf({ scope, entity, project }: Trigger, { organizations, entities }: Directory): Place[] {
  const organizationOf = (name: string) =>
    organizations.find((each) => each.entity === name)?.name ??
    entities.find((each) => each.name === name)?.organization ??
    ''
  const whole = (name: string, implied: boolean): Place => ({
    entity: name,
    organization: organizationOf(name),
    project: null,
    projects: null,
    registries: false,
    implied,
  })
  const one = (name: string, only: string, implied: boolean): Place => ({ ...whole(name, implied), project: only })
  const registries = (
    organization: { name: string; entity: string },
    names: readonly string[] | null,
    implied: boolean,
  ): Place => ({
    ...whole(organization.entity, implied),
    organization: organization.name,
    projects: names,
    registries: true,
  })
  const known = entity === '' ? entities.map(({ name }) => name) : [entity]
  const implied = entity === ''
  switch (scope === 'project' && isOrganizationRegistry(project) ? 'registry' : scope) {
    case 'registry': {
      const legacy = registryProject('model-registry')
      const owners = organizations.filter((each) => entity === '' || each.entity === entity || each.name === entity)
      const names = project === '' ? null : [project]
      if (project === legacy) return known.map((name) => one(name, legacy, implied))
      const modern = owners.map((each) => registries(each, names, implied))
      // an organization that the key's user is no member of may still show its registries
      if (modern.length === 0 && entity !== '') modern.push(registries({ name: '', entity }, names, project === ''))
      // teams may have one of the old kind, organizations have none
      const old = entity !== '' && owners.length > 0 ? [] : known.map((name) => one(name, legacy, true))
      return project === '' ? [...modern, ...old] : modern
    }
    case 'project':
      return known.map((name) => (project === '' ? whole(name, implied) : one(name, project, implied)))
    case 'entity':
      return [...known, ...(entity === '' ? organizations.map((each) => each.entity) : [])].map((name) =>
        whole(name, implied),
      )
    case 'organization': {
      const owners = organizations.filter((each) => entity === '' || each.name === entity)
      return owners.flatMap((owner) => [
        registries(owner, null, implied),
        ...entities.filter(({ organization }) => organization === owner.name).map(({ name }) => whole(name, true)),
      ])
    }
  }
}

function add(
  targets: Map<string, Target>,
  place: Place,
  events: ReadonlySet<EventType>,
  runs: readonly RunRule[],
): void {
  const { entity, organization, project, registries } = place
  const key = registries
    ? `registries/${entity}`
    : project === null
      ? `entity/${entity}`
      : `project/${entity}/${project}`
  const before = targets.get(key)
  const names =
    !before || before.projects === null || place.projects === null
      ? null
      : [...new Set([...before.projects, ...place.projects])]
  targets.set(key, {
    key,
    entity,
    organization,
    project,
    registries,
    projects: before ? (names?.sort() ?? null) : place.projects,
    events: new Set([...(before?.events ?? []), ...events]),
    runs: [...(before?.runs ?? []), ...runs.filter(({ key: rule }) => !before?.runs.some((each) => each.key === rule))],
    implied: place.implied && (before?.implied ?? true),
  })
}

/** An entity that is watched as a whole has its projects and registries in it; their collections need no second look. */
function withoutOverlap(targets: readonly Target[]): Target[] {
  const wholes = new Map(
    targets.filter(({ project, registries }) => project === null && !registries).map((each) => [each.entity, each]),
  )
  const merged = new Map<string, Set<EventType>>()
  const rest = targets.map((target) => {
    const whole = wholes.get(target.entity)
    if (!whole || whole === target || whole.events.size === 0) return target
    merged.set(whole.key, new Set([...(merged.get(whole.key) ?? []), ...target.events]))
    return { ...target, events: new Set<EventType>() }
  })
  return rest
    .map((target) => ({ ...target, events: new Set([...target.events, ...(merged.get(target.key) ?? [])]) }))
    .filter(({ events, runs }) => events.size > 0 || runs.length > 0)
}
