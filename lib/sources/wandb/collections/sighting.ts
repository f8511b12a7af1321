import { type Answer, readEach } from '../answer.js'
import type { Skip } from '../client.js'

/** One version as a page shows it. */
export interface VersionSighting {
  /** The version's number in this collection. */
  readonly index: number
  /** The artifact's id as the server writes it. */
  readonly artifact: string
  /** When the artifact was made, Unix milliseconds; not when it was linked. */
  readonly createdAt: number
  readonly tags: readonly string[]
}

export interface VersionList {
  readonly items: readonly VersionSighting[]
  /** How many there are in all. */
  readonly total: number
  /** Whether `items` are all of them. */
  readonly complete: boolean
  /** How many could not be read: no list can be had that is whole. */
  readonly holes: number
}

export interface AliasSighting {
  readonly alias: string
  /**
   * Changes when the alias moves: the id of the version that has it, or, where the server does not tell, the id of the
   * alias itself.
   */
  readonly holder: string
}

export interface AliasList {
  readonly items: readonly AliasSighting[]
  readonly complete: boolean
  readonly holes: number
  /** They fit into the page of a usual look. */
  readonly short: boolean
}

/** One collection as a page shows it at one moment. */
export interface CollectionSighting {
  readonly id: string
  readonly kind: 'sequence' | 'portfolio'
  readonly name: string
  readonly entity: string
  readonly project: string
  readonly type: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly tags: readonly string[]
  readonly aliases: AliasList
  /** Newest first, as far as the server keeps to that. */
  readonly versions: VersionList
  /** Versions that have a tag; null when nobody asked or the server cannot tell. */
  readonly tagged: VersionList | null
}

/** Automatic names of versions; they never change and are no aliases to anybody. */
const VERSION_NAME = /^v\d+$/

/** W&B's kinds of collections. */
const KINDS: Readonly<Record<string, CollectionSighting['kind']>> = {
  ArtifactSequence: 'sequence',
  ArtifactPortfolio: 'portfolio',
}

/** Null for a collection whose project the key may not see, and of a kind of which nobody knows what its changes mean. */
export function readCollection(node: Answer, onSkip?: Skip): CollectionSighting | null {
  const project = node.at('project')
  if (project.isNull) return null
  const kind = KINDS[node.at('__typename').text()]
  if (kind === undefined) return null
  const tagged = node.at('tagged')
  return {
    id: node.at('id').text(),
    kind,
    name: node.at('name').text(),
    entity: project.at('entity').at('name').text(),
    project: project.at('name').text(),
    type: node.at('type').at('name').text(),
    createdAt: node.at('createdAt').time(),
    updatedAt: node.at('updatedAt').maybe((time) => time.time()) ?? 0,
    tags: node
      .at('tags')
      .at('edges')
      .list()
      .map((edge) => edge.at('node').at('name').text()),
    aliases: shortList(readAliases(node.at('aliases'), onSkip)),
    versions: readVersions(node.at('artifacts'), onSkip),
    tagged: tagged.isNull ? null : readVersions(tagged, onSkip),
  }
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
  readonly complete: boolean
  readonly holes: number
}

export function readAliases(connection: Answer, onSkip?: Skip): Page<AliasSighting> {
  const { nodes, next, missing } = connection.connection()
  const items = readEach(
    nodes.map(({ node }) => node),
    (node) => {
      const artifact = node.at('artifact')
      return { alias: node.at('alias').text(), holder: (artifact.isNull ? node : artifact).at('id').text() }
    },
    onSkip,
  )
  const holes = missing + nodes.length - items.length
  return {
    items: items.filter(({ alias }) => !VERSION_NAME.test(alias)),
    complete: next === null && holes === 0,
    holes,
    next,
  }
}

const shortList = ({ items, complete, holes, next }: Page<AliasSighting>): AliasList => ({
  items,
  complete,
  // of a page that is not the last one, more can be had
  holes: next === null ? holes : 0,
  short: next === null,
})

export function readVersions(connection: Answer, onSkip?: Skip): VersionList & Page<VersionSighting> {
  const { nodes, next, total, missing } = connection.connection()
  const items = readEach(
    nodes.map(({ edge }) => edge),
    (edge) => readVersion(edge),
    onSkip,
  )
  const holes = missing + nodes.length - items.length
  return { items, next, total: total ?? items.length + holes, complete: next === null && holes === 0, holes }
}

function readVersion(edge: Answer): VersionSighting {
  const node = edge.at('node')
  return {
    index: Number(edge.at('version').text().slice(1)),
    artifact: node.at('id').text(),
    createdAt: node.at('createdAt').time(),
    tags: readTags(node.at('tags')),
  }
}

export const readTags = (tags: Answer): string[] => tags.list().map((tag) => tag.at('name').text())
