import { SourceFailure } from '../watch/failure.js'
import { eachPage, MOST_PAGES } from '../watch/pages.js'
import { type Answer, readEach } from './answer.js'
import type { Skip, WandbClient } from './client.js'
import { COLLECTIONS_DOCUMENT, directoryDocument, organizationsDocument, PROJECTS_DOCUMENT } from './documents.js'
import { CANNOT_BE_HAD, nobody } from './failure.js'

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

export interface Looking {
  readonly signal?: AbortSignal | undefined
  /** Hears of what could not be read, and is missing from what is given. */
  readonly onSkip?: Skip | undefined
}

/**
 * What can be read of it: an organization or a team that cannot be read is left out.
 * @throws SourceFailure `source_not_found` when the server says nothing of whom the key belongs to
 */
export async function readDirectory(client: WandbClient, { signal, onSkip }: Looking = {}): Promise<Directory> {
  const reasons: string[] = []
  const heard = (what: string, why: string) => {
    reasons.push(why)
    onSkip?.(what, why)
  }
  const { data } = await client.ask(directoryDocument, {}, { signal, onSkip: heard, tolerates: isOfViewer })
  const directory = data.at('viewer').maybe((viewer) => directoryOf(viewer, onSkip))
  if (directory === null) throw nobody(reasons.join('; '))
  return directory
}

/** Nobody, who sees nothing: what is named is watched all the same. */
export const NO_DIRECTORY: Directory = { username: '', organizations: [], entities: [] }

/** Whether a hole in an answer is about who the key belongs to and what it sees. */
export const isOfViewer = ([root]: readonly (string | number)[]): boolean => root === 'viewer'

export function directoryOf(viewer: Answer, onSkip?: Skip): Directory {
  const organizations = new Map<string, OrganizationEntry>()
  const note = (answer: Answer): string => {
    const name = answer.at('name').text()
    const entity = answer.at('orgEntity').maybe((each) => each.at('name').text())
    if (entity !== null) organizations.set(name, { name, entity })
    return name
  }
  const there = (list: Answer[]) => list.filter((each) => !each.isNull)
  readEach(there(viewer.at('organizations').maybe((list) => list.list()) ?? []), note, onSkip)
  const edges = there(viewer.at('teams').maybe((connection) => connection.at('edges').list()) ?? [])
  const entities = readEach(
    there(edges.map((edge) => edge.at('node'))),
    (team) => ({ name: team.at('name').text(), organization: team.at('organization').maybe(note) ?? '' }),
    onSkip,
  )
  const own = viewer.at('entity').maybe((name) => name.text())
  if (own !== null && !entities.some(({ name }) => name === own)) entities.push({ name: own, organization: '' })
  const username = viewer.at('username').maybe((name) => name.text()) ?? ''
  return { username, organizations: [...organizations.values()], entities }
}

/** The organizations of these names that the key may see, where the directory does not tell of them. */
export async function readOrganizations(
  client: WandbClient,
  names: readonly string[],
  { signal, onSkip }: Looking = {},
): Promise<OrganizationEntry[]> {
  if (names.length === 0) return []
  const variables = Object.fromEntries(names.map((name, n) => [`o${n}`, name]))
  try {
    const { data } = await client.ask(organizationsDocument(names.length), variables, { signal, onSkip })
    return names.flatMap((name, n) => {
      const entity = data.at(`o${n}`).maybe((each) => each.at('orgEntity').maybe((owner) => owner.at('name').text()))
      return entity === null ? [] : [{ name, entity }]
    })
  } catch (error) {
    if (!(error instanceof SourceFailure) || !CANNOT_BE_HAD.includes(error.code)) throw error
    return []
  }
}

/** Names of all projects of an entity; of an organization's entity these are its registries. */
export async function readProjects(
  client: WandbClient,
  entity: string,
  { most, ...looking }: Looking & { most?: number } = {},
): Promise<string[]> {
  return readNames(client, PROJECTS_DOCUMENT, { entity }, (data) => data.at('models'), { ...looking, most })
}

/** Names of all collections of a project; empty when there is no such project or it may not be seen. */
export async function readCollectionNames(
  client: WandbClient,
  place: { entity: string; project: string },
  looking: Looking = {},
): Promise<string[]> {
  const list = (data: Answer) => data.at('project').maybe((project) => project.at('artifactCollections'))
  return readNames(client, COLLECTIONS_DOCUMENT, place, list, { ...looking, most: MOST_PAGES.explore })
}

async function readNames(
  client: WandbClient,
  document: string,
  variables: object,
  list: (data: Answer) => Answer | null,
  { signal, onSkip, most = MOST_PAGES.watch }: Looking & { most: number | undefined },
): Promise<string[]> {
  // a list that begins again and again has everything many times
  const names = new Set<string>()
  const ended = await eachPage(
    async (after) => {
      const { data } = await client.ask(document, { ...variables, after }, { signal, onSkip })
      return list(data)?.maybe((connection) => connection.connection()) ?? null
    },
    ({ nodes }) => {
      const read = readEach(
        nodes.map(({ node }) => node),
        (node) => node.at('name').text(),
        onSkip,
      )
      for (const name of read) names.add(name)
    },
    { signal, most },
  )
  if (ended === 'cut') onSkip?.(Object.values(variables).join('/'), 'its list has no end, so the rest was left out')
  return [...names].sort()
}
