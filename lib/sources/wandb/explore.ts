import { isRegistry } from '../../events/registry.js'
import type { Exploration, ExploredPlace, Place } from '../kind.js'
import { SourceFailure } from '../watch/failure.js'
import { MOST_PAGES } from '../watch/pages.js'
import { Skips } from '../watch/skips.js'
import type { WandbClient } from './client.js'
import {
  type Directory,
  NO_DIRECTORY,
  readCollectionNames,
  readDirectory,
  readOrganizations,
  readProjects,
} from './directory.js'
import { CANNOT_BE_HAD } from './failure.js'

/** What the key sees, before what was learned of the server is added. */
type Seen = Omit<Exploration, 'lacks'>

/** So many entities are asked for their projects; a request each, or more for those with hundreds. */
const MOST_ENTITIES = 20

/**
 * Looks around a W&B server with an API key.
 * @throws SourceFailure in words
 */
export async function explore(client: WandbClient, wish: ExploredPlace, signal?: AbortSignal): Promise<Seen> {
  const skips = new Skips()
  const looking = { signal, onSkip: skips.note, most: MOST_PAGES.explore }
  const directory = await directoryOrNone(client, wish.entity, skips, signal)
  const owners = ownersOf(directory, wish.entity)
  const looked = owners.slice(0, MOST_ENTITIES)
  const places: Place[] = []
  for (const entity of looked) {
    for (const name of await readProjects(client, entity, looking)) places.push({ entity, name })
  }
  const collections = new Set<string>()
  for (const { entity, name } of wish.project === '' ? [] : places) {
    if (name !== wish.project) continue
    for (const each of await readCollectionNames(client, { entity, project: name }, looking)) collections.add(each)
  }
  return {
    ...directory,
    projects: places.filter(({ name }) => !isRegistry(name)),
    registries: places.filter(({ name }) => isRegistry(name)),
    collections: [...collections].sort(),
    unseen: owners.length - looked.length,
    skipped: skips.all,
  }
}

/** Whoever names an entity can look there though the key's own places cannot be read. */
async function directoryOrNone(
  client: WandbClient,
  entity: string,
  skips: Skips,
  signal: AbortSignal | undefined,
): Promise<Directory> {
  try {
    return await readDirectory(client, { signal, onSkip: skips.note })
  } catch (error) {
    if (entity === '' || !(error instanceof SourceFailure) || !CANNOT_BE_HAD.includes(error.code)) throw error
    skips.note('viewer', error.message)
    return { ...NO_DIRECTORY, organizations: await readOrganizations(client, [entity], { signal }) }
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
