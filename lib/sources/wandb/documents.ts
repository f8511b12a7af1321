import type { Offers } from './offers.js'

/*
 * The GraphQL documents. Their fields are those of W&B's public SDK (wandb 0.31, generated operations of sdk/artifacts,
 * automations and apis) but for the few that `offers` names. Every one of them is validated in the tests.
 */

export const LIMITS = {
  /** Collections in a page; also what the SDK asks for. */
  collections: 100,
  /** Newest versions that come with each collection. */
  newest: 5,
  /** Aliases that come with each collection. */
  aliases: 100,
  /** Versions in a page when one collection is listed. */
  versions: 100,
  runs: 50,
  /** Projects in a page of names. */
  projects: 200,
  /** Collections that are listed by one request. */
  scan: 10,
  /** Questions about single versions in one request. */
  questions: 40,
  /** Things done to a collection that are asked for from each end of its history. */
  actions: 100,
}

const COMMITTED = '{\\"state\\":\\"COMMITTED\\"}'
const TAGGED = '{\\"state\\":\\"COMMITTED\\",\\"tag\\":{\\"$regex\\":\\".\\"}}'

const PAGE = 'pageInfo { endCursor hasNextPage }'
const NAMES = `${PAGE} edges { node { name } }`
const viewer = (offers: Offers) => {
  const organization = offers.has('organizations')
  return `viewer {
    username
    entity${organization ? '\n    organizations { name orgEntity { name } }' : ''}
    teams { edges { node { name${organization ? ' organization { name orgEntity { name } }' : ''} } } }
  }`
}
const VERSION = 'id createdAt tags { name }'
const versionsField = (first: string, filters: string, after = '') =>
  `artifacts(first: ${first}${after}, filters: "${filters}") { totalCount ${PAGE} edges { version node { ${VERSION} } } }`

const aliasField = (offers: Offers, args: string) =>
  `aliases(${args}) { ${PAGE} edges { node { id alias${offers.has('aliasHolder') ? ' artifact { id }' : ''} } } }`

const collection = (
  offers: Offers,
  versions: number,
  tags: boolean,
) => `fragment CollectionFields on ArtifactCollection {
  __typename id name createdAt updatedAt
  project { name entity { name } }
  type: defaultArtifactType { name }
  tags { edges { node { name } } }
  ${aliasField(offers, `first: ${LIMITS.aliases}`)}
  ${versionsField(String(versions), COMMITTED)}
  ${tags && offers.has('tagFilter') ? `tagged: ${versionsField(String(LIMITS.versions), TAGGED)}` : ''}
}`

const run = `fragment RunFields on Run {
  name displayName state createdAt heartbeatAt historyLineCount user { username }
}`

export interface PollParts {
  /** Collections of a project, or of all projects of an entity that pass a filter. */
  readonly within: 'project' | 'entity'
  readonly collections: boolean
  /** Tags of versions as well. */
  readonly tags: boolean
  readonly runs: boolean
  /** Who the key belongs to, as well. */
  readonly directory?: boolean
  /** The projects of so many entities (`projects0` of `$p0`), as well. */
  readonly projectsOf?: number
}

/**
 * One look at a watched thing: the collections that changed last (`head`), a page of all of them in the order of their
 * making (`rolling`), and the runs with the newest heartbeats with those that are watched by name.
 */
export function pollDocument(asked: PollParts, offers: Offers): string {
  const { within, collections, tags, runs, directory = false, projectsOf = 0 } = asked
  const entities = Array.from({ length: projectsOf }, (_, n) => n)
  const sorted = (order: string) => (offers.has('sorting') ? `, order: "${order}"` : '')
  const args = within === 'entity' ? ', projectFilters: $projects, collectionTypes: [SEQUENCE, PORTFOLIO]' : ''
  const page = (name: string, rest: string) =>
    `${name}: artifactCollections(first: ${LIMITS.collections}${args}${rest}) @include(if: $${name}) { ${PAGE} edges { node { ...CollectionFields } } }`
  const runsField = (name: string, rest: string) =>
    `${name}: runs(${rest}, order: "-heartbeat_at") { ${PAGE} edges { node { ...RunFields } } }`
  const parts = [
    collections ? page('head', sorted('-updated_at')) : '',
    collections ? page('rolling', `, after: $rollingAfter${sorted('+created_at')}`) : '',
    runs ? runsField('recent', `first: ${LIMITS.runs}, after: $recentAfter`) : '',
    runs ? runsField('active', 'first: 1000, after: $activeAfter, filters: $active') : '',
  ]
  const variables = [
    '$entity: String!',
    within === 'project' ? '$project: String!' : '$projects: JSONString',
    collections ? '$head: Boolean!, $rolling: Boolean!, $rollingAfter: String' : '',
    runs ? '$recentAfter: String, $active: JSONString, $activeAfter: String' : '',
    ...entities.map((n) => `$p${n}: String!`),
  ].filter(Boolean)
  const places = [
    directory ? viewer(offers) : '',
    ...entities.map((n) => `projects${n}: models(entityName: $p${n}, first: ${LIMITS.projects}) { ${NAMES} }`),
  ]
  const root = within === 'project' ? 'project(name: $project, entityName: $entity)' : 'entity(name: $entity)'
  return [
    `query WatchPoll(${variables.join(', ')}) {\n  watched: ${root} {\n    name\n    ${parts.filter(Boolean).join('\n    ')}\n  }\n  ${places.filter(Boolean).join('\n  ')}\n}`,
    collections ? collection(offers, LIMITS.newest, tags) : '',
    runs ? run : '',
  ]
    .filter(Boolean)
    .join('\n')
}

/** So many collections by their ids (`c0: $c0`), each with as many versions as a page holds. */
export function scanDocument(count: number, offers: Offers): string {
  const all = Array.from({ length: count }, (_, n) => n)
  return `query WatchScan(${all.map((n) => `$c${n}: ID!`).join(', ')}) {
  ${all.map((n) => `c${n}: artifactCollection(id: $c${n}) { ...CollectionFields }`).join('\n  ')}
}
${collection(offers, LIMITS.versions, false)}`
}

/** All versions of one collection, a page. */
export const VERSIONS_DOCUMENT = `query WatchVersions($id: ID!, $after: String) {
  artifactCollection(id: $id) {
    id
    ${versionsField(String(LIMITS.versions), COMMITTED, ', after: $after')}
  }
}`

/** All aliases of one collection, a page. */
export const aliasesDocument = (offers: Offers) => `query WatchAliases($id: ID!, $after: String) {
  artifactCollection(id: $id) {
    id
    ${aliasField(offers, 'first: 1000, after: $after')}
  }
}`

const detail = (offers: Offers) => `fragment VersionFields on Artifact {
  id versionIndex state createdAt metadata
  artifactType { name }
  tags { name }
  createdBy { __typename ... on Run { name user { username } }${offers.has('creatorUser') ? ' ... on User { username }' : ''} }
}`

/**
 * The newest things that were done to a collection. In which order a server gives them is nowhere said: so both ends are
 * asked for, of the usual order the end, of an order by time its beginning.
 */
const history = (offers: Offers) => {
  const aliasActions = '{ edges { node { actionType alias createdAt user { username } } } }'
  const actions = '{ edges { node { actionType createdAt artifact { id } user { username } } } }'
  const newest = `newestAliasActions: aliasActionHistory(first: ${LIMITS.actions}, order: "-created_at") ${aliasActions}
  newestActions: artifactCollectionActions(first: ${LIMITS.actions}, order: "-created_at") ${actions}`
  return `fragment CollectionHistory on ArtifactCollection {
  aliasActionHistory(last: ${LIMITS.actions}) ${aliasActions}
  artifactCollectionActions(last: ${LIMITS.actions}) ${actions}
  ${offers.has('newestAuthors') ? newest : ''}
}`
}

/**
 * So many questions about members of collections (`m0: $c0, $n0`, by alias or as `v3`), about versions by id
 * (`a0: $a0`) and about what was done to collections (`h0: $h0`).
 */
export function detailsDocument(
  counts: { members: number; versions: number; histories: number },
  offers: Offers,
): string {
  const times = (count: number, text: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => text(index))
  const variables = [
    ...times(counts.members, (n) => `$c${n}: ID!, $n${n}: String!`),
    ...times(counts.versions, (n) => `$a${n}: ID!`),
    ...times(counts.histories, (n) => `$h${n}: ID!`),
  ]
  const linkTime = offers.has('linkTime') ? ' createdAt' : ''
  const memberships = offers.has('memberships')
    ? ' artifactMemberships { edges { node { versionIndex artifactCollection { id } } } }'
    : ''
  const fields = [
    ...times(
      counts.members,
      (n) =>
        `m${n}: artifactCollection(id: $c${n}) { id artifactMembership(aliasName: $n${n}) { id versionIndex${linkTime} artifact { ...VersionFields } } }`,
    ),
    ...times(counts.versions, (n) => `a${n}: artifact(id: $a${n}) { ...VersionFields${memberships} }`),
    ...times(counts.histories, (n) => `h${n}: artifactCollection(id: $h${n}) { id ...CollectionHistory }`),
  ]
  return [
    `query WatchDetails(${variables.join(', ')}) {\n  ${fields.join('\n  ')}\n}`,
    counts.members + counts.versions > 0 ? detail(offers) : '',
    counts.histories > 0 ? history(offers) : '',
  ]
    .filter(Boolean)
    .join('\n')
}

/** What was logged in so many runs: `r0` is run `$r0` by the specs `$s0`, with the last system metrics if they are wanted. */
export function historyDocument(runs: number, system: boolean): string {
  const all = Array.from({ length: runs }, (_, n) => n)
  const variables = all.map((n) => `, $r${n}: String!, $s${n}: [JSONString!]!`).join('')
  const fields = all.map(
    (n) => `r${n}: run(name: $r${n}) { historyKeys sampledHistory(specs: $s${n})${system ? ' systemMetrics' : ''} }`,
  )
  return `query WatchHistory($entity: String!, $project: String!${variables}) {
  project(name: $project, entityName: $entity) {
    ${fields.join('\n    ')}
  }
}`
}

/** Who the key belongs to, and the teams and organizations that it can see. */
export const directoryDocument = (offers: Offers) => `query WatchDirectory {
  ${viewer(offers)}
}`

/** So many organizations by their names (`o0: $o0`), with the entities that own their registries. */
export function organizationsDocument(count: number): string {
  const all = Array.from({ length: count }, (_, n) => n)
  return `query WatchOrganizations(${all.map((n) => `$o${n}: String!`).join(', ')}) {
  ${all.map((n) => `o${n}: organization(name: $o${n}) { name orgEntity { name } }`).join('\n  ')}
}`
}

/** What tells one version of a server from the next: what it says that it is, and what it says that it can do. */
export const SERVER_DOCUMENT = `query WatchServer {
  serverInfo { cliVersionInfo features { name isEnabled } }
}`

/** The projects of an entity, a page; registries are projects too. */
export const PROJECTS_DOCUMENT = `query WatchProjects($entity: String!, $after: String) {
  models(entityName: $entity, first: ${LIMITS.projects}, after: $after) { ${NAMES} }
}`

/** The names of the collections of a project, a page. */
export const COLLECTIONS_DOCUMENT = `query WatchCollections($entity: String!, $project: String!, $after: String) {
  project(name: $project, entityName: $entity) {
    artifactCollections(first: 100, after: $after) { ${PAGE} edges { node { name } } }
  }
}`
