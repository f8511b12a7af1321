import { isRegistry } from '../../events/registry.js'
import type { WandbClient } from './client.js'
import { type Directory, readCollectionNames, readDirectory, readProjects } from './directory.js'

/** What is to be looked at more closely; empty names are any. */
export interface ExploreWish {
  /** An entity, or an organization by its name. */
  readonly entity: string
  /** The full name of a project or registry, whose collections are wanted. */
  readonly project: string
}

/** What an API key can see, for people who choose from it. */
export interface Exploration extends Directory {
  /** Full names, with the entities that own them; of the entity that was named, else of all. */
  readonly projects: readonly Place[]
  readonly registries: readonly Place[]
  /** Of the project that was named; empty when none was. */
  readonly collections: readonly string[]
  /** Entities that were left out, because there are so many. */
  readonly unseen: number
}

export interface Place {
  readonly entity: string
  readonly name: string
}

/** So many entities are asked for their projects; a request each, or more for those with hundreds. */
const MOST_ENTITIES = 20

/**
 * Looks around a W&B server with an API key.
 * @throws SourceFailure in words
 */
export async function explore(client: WandbClient, wish: ExploreWish, signal?: AbortSignal): Promise<Exploration> {
  const directory = await readDirectory(client, signal)
  const owners = ownersOf(directory, wish.entity)
  const looked = owners.slice(0, MOST_ENTITIES)
  const places: Place[] = []
  for (const entity of looked) {
    for (const name of await readProjects(client, entity, signal)) places.push({ entity, name })
  }
  const collections = new Set<string>()
  for (const { entity, name } of wish.project === '' ? [] : places) {
    if (name !== wish.project) continue
    for (const each of await readCollectionNames(client, { entity, project: name }, signal)) collections.add(each)
  }
  return {
    ...directory,
    projects: places.filter(({ name }) => !isRegistry(name)),
    registries: places.filter(({ name }) => isRegistry(name)),
    collections: [...collections].sort(),
    unseen: owners.length - looked.length,
  }
}

/** The entities behind a name, those with registries first. A name that the key does not see may still be one. */
function ownersOf({ organizations, entities }: Directory, name: string): string[] {
  const all = [
    ...organizations.map((each) => ({ entity: each.entity, names: [each.entity, each.name] })),
    ...entities.map((each) => ({ entity: each.name, names: [each.name, each.organization] })),
  ]
  if (name === '') return all.map(({ entity }) => entity)
  const named = all.filter(({ names }) => names.includes(name)).map(({ entity }) => entity)
  return named.length > 0 ? named : [name]
}
