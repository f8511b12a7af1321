import type { Answer } from './answer.js'
import type { WandbClient } from './client.js'
import { COLLECTIONS_DOCUMENT, DIRECTORY_DOCUMENT, PROJECTS_DOCUMENT } from './documents.js'

export interface OrganizationEntry {
  readonly name: string
  /** The entity that owns the organization's registries; its name has a suffix that nobody would guess. */
  readonly entity: string
}

/** What an API key can see: who it is, and where things may be. */
export interface Directory {
  readonly username: string
  readonly organizations: readonly OrganizationEntry[]
  /** Teams, and the user's own entity; `organization` is its name, or empty. */
  readonly entities: readonly { readonly name: string; readonly organization: string }[]
}

export async function readDirectory(client: WandbClient, signal?: AbortSignal): Promise<Directory> {
  const { data } = await client.ask(DIRECTORY_DOCUMENT, {}, signal)
  return directoryOf(data.at('viewer'))
}

export function directoryOf(viewer: Answer): Directory {
  const organizations = new Map<string, OrganizationEntry>()
  const note = (answer: Answer): string => {
    const name = answer.at('name').text()
    const entity = answer.at('orgEntity').maybe((each) => each.at('name').text())
    if (entity !== null) organizations.set(name, { name, entity })
    return name
  }
  for (const each of viewer.at('organizations').maybe((list) => list.list()) ?? []) note(each)
  const teams = viewer.at('teams').maybe((connection) => connection.at('edges').list()) ?? []
  const entities = teams
    .map((edge) => edge.at('node'))
    .filter((team) => !team.isNull)
    .map((team) => ({ name: team.at('name').text(), organization: team.at('organization').maybe(note) ?? '' }))
  const own = viewer.at('entity').maybe((name) => name.text())
  if (own !== null && !entities.some(({ name }) => name === own)) entities.push({ name: own, organization: '' })
  const username = viewer.at('username').maybe((name) => name.text()) ?? ''
  return { username, organizations: [...organizations.values()], entities }
}

/** Names of all projects of an entity; of an organization's entity these are its registries. */
export async function readProjects(client: WandbClient, entity: string, signal?: AbortSignal): Promise<string[]> {
  return readNames(client, PROJECTS_DOCUMENT, { entity }, (data) => data.at('models'), signal)
}

/** Names of all collections of a project; empty when there is no such project or it may not be seen. */
export async function readCollectionNames(
  client: WandbClient,
  place: { entity: string; project: string },
  signal?: AbortSignal,
): Promise<string[]> {
  const list = (data: Answer) => data.at('project').maybe((project) => project.at('artifactCollections'))
  return readNames(client, COLLECTIONS_DOCUMENT, place, list, signal)
}

async function readNames(
  client: WandbClient,
  document: string,
  variables: object,
  list: (data: Answer) => Answer | null,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const names: string[] = []
  for (let after: string | null = null; ; ) {
    const { data } = await client.ask(document, { ...variables, after }, signal)
    const page = list(data)?.maybe((connection) => connection.connection())
    names.push(...(page?.nodes ?? []).map(({ node }) => node.at('name').text()))
    if (!page || page.next === null || page.next === after) return names.sort()
    after = page.next
  }
}
