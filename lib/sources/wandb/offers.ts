import type { Lacking } from '../watch/status.js'
/**
 * What a given server may lack: what W&B's own SDK does not ask for, or asks for only where the server says that it has
 * it. Each is asked for until a server refuses it. `docs/registries/wandb.md` says in a user's words what goes without.
 */
export interface OfferTerms {
  /** The coordinates of W&B's schema that are asked for with it, and only with it. */
  readonly asks: readonly string[]
  /** The names that these have in answers: where the path of an error has one, the error is about the offer. */
  readonly names?: readonly string[]
  /** How a server says that it lacks it, when not by the names of the schema. */
  readonly sign?: RegExp
  /** What happens without it. */
  readonly without: string
}

const HISTORIES = [
  'ArtifactCollection.aliasActionHistory',
  'ArtifactCollection.aliasActionHistory(last)',
  'ArtifactAliasActionConnection.edges',
  'ArtifactAliasActionEdge.node',
  'ArtifactAliasAction.actionType',
  'ArtifactAliasAction.alias',
  'ArtifactAliasAction.createdAt',
  'ArtifactAliasAction.user',
  'ArtifactCollection.artifactCollectionActions',
  'ArtifactCollection.artifactCollectionActions(last)',
  'ArtifactCollectionActionConnection.edges',
  'ArtifactCollectionActionEdge.node',
  'ArtifactCollectionAction.actionType',
  'ArtifactCollectionAction.createdAt',
  'ArtifactCollectionAction.artifact',
  'ArtifactCollectionAction.user',
]

export const TERMS = {
  organizations: {
    asks: ['User.organizations', 'Entity.organization', 'Organization.orgEntity'],
    names: ['organizations', 'organization', 'orgEntity'],
    without: 'Triggers that name no team and no organization see the teams only; organization_name stays blank.',
  },
  aliasHolder: {
    asks: ['ArtifactAlias.artifact'],
    without: 'An alias that moved is noticed by its id, and a second request asks which version has it.',
  },
  authors: {
    asks: HISTORIES,
    names: ['aliasActionHistory', 'artifactCollectionActions'],
    without: 'event_author stays blank but for new versions, and event_time is when the event was seen.',
  },
  newestAuthors: {
    asks: [
      'ArtifactCollection.aliasActionHistory(first)',
      'ArtifactCollection.aliasActionHistory(order)',
      'ArtifactCollection.artifactCollectionActions(first)',
      'ArtifactCollection.artifactCollectionActions(order)',
    ],
    names: ['newestAliasActions', 'newestActions'],
    sign: /order clause|invalid order|order by/i,
    without: 'The history of a collection is read from its end only, which is its newest where the oldest come first.',
  },
  creatorUser: {
    asks: ['Initiator = User'],
    sign: /unknown type\W+User\b/i,
    without: 'event_author of a new version is blank where no run made it.',
  },
  linkTime: {
    asks: ['ArtifactCollectionMembership.createdAt'],
    without: 'event_time of a link is when it was seen.',
  },
  memberships: {
    asks: ['Artifact.artifactMemberships'],
    names: ['artifactMemberships'],
    without: 'An alias that was removed may come without the number of the version that had it.',
  },
  sorting: {
    asks: ['Project.artifactCollections(order)', 'Entity.artifactCollections(order)'],
    sign: /order clause|invalid order|order by/i,
    without: 'Collections are looked at page by page, one page a poll, so that a change may be seen some polls later.',
  },
  tagFilter: {
    asks: [],
    names: ['tagged'],
    sign: /where clause|invalid filter|filter field|"filters" on field/i,
    without: 'Tags of old versions are seen by the full look once in 24 hours.',
  },
  entityScope: {
    asks: ['TriggerScope = Entity'],
    sign: /unknown type\W+Entity\b/i,
    without: 'The import knows automations of projects and collections, as such a server does.',
  },
  secretNames: {
    asks: ['GenericWebhookIntegration.accessTokenRef', 'GenericWebhookIntegration.secretRef'],
    without: 'Imported webhooks get new secrets with names of their own.',
  },
} as const satisfies Record<string, OfferTerms>

export type Offer = keyof typeof TERMS
export type Offers = ReadonlySet<Offer>
export const OFFERS = Object.keys(TERMS) as Offer[]

/** What people are told of a server that lacks these. */
export const lackingOf = (offers: readonly Offer[]): Lacking[] =>
  offers.map((offer) => ({ name: offer, without: TERMS[offer].without }))

/** One error of an answer; `path` is empty where the server does not say which field it is about. */
export interface AnswerError {
  readonly message: string
  readonly path: readonly (string | number)[]
}

/** Which of the offers in use the errors of an answer take back; none when they are about something else. */
export const refusedOffers = (offers: Offers, errors: readonly AnswerError[]): Offer[] =>
  [...offers].filter((offer) =>
    errors.some((error) => placeOf(TERMS[offer], error) >= 0 || isSaid(TERMS[offer], error)),
  )

/** Whether an error says in so many words that the server lacks one of the offers. */
export const saysOffer = (offers: Iterable<Offer>, error: AnswerError): boolean =>
  [...offers].some((offer) => isSaid(TERMS[offer], error))

/** Whether what went wrong is a part that belongs to an offer, and took more with it: from `hole` on nothing is there. */
export const spreads = (offers: Offers, error: AnswerError, hole: AnswerError['path']): boolean =>
  [...offers].some((offer) => placeOf(TERMS[offer], error) >= hole.length)

/** Where the path of an error comes to something that belongs to an offer; -1 when it does not. */
const placeOf = ({ names = [] }: OfferTerms, { path }: AnswerError): number =>
  path.findIndex((step) => names.includes(String(step)))

function isSaid({ asks, sign }: OfferTerms, { message }: AnswerError): boolean {
  if (sign?.test(message)) return true
  const words = new Set(message.match(/\w+/g))
  return asks.some((coordinate) => isNamed(coordinate, words))
}

/** Types of which a server may speak where the document says `ArtifactCollection`. */
const COLLECTIONS = ['ArtifactCollection', 'ArtifactSequence', 'ArtifactPortfolio']

/** Servers differ in their words and quotes, and all name the type, the field, and the argument. */
function isNamed(coordinate: string, words: ReadonlySet<string>): boolean {
  const [type = '', ...names] = coordinate.match(/\w+/g) ?? []
  if (coordinate.includes('=')) return words.has(type) && names.every((name) => words.has(name))
  const types = COLLECTIONS.includes(type) ? COLLECTIONS : [type]
  return types.some((each) => words.has(each)) && names.every((name) => words.has(name))
}
