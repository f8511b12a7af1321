import {
  entityAutomationsDocument,
  FEATURES_DOCUMENT,
  projectAutomationsDocument,
} from '../../../../dist/lib/sources/wandb/automation-documents.js'
import * as documents from '../../../../dist/lib/sources/wandb/documents.js'
import { OFFERS, type Offers } from '../../../../dist/lib/sources/wandb/offers.js'

const flags = [true, false]

/** Every document that the package can send to a server with these offers, whatever is watched. */
export function everyDocument(offers: Offers): string[] {
  const polls = (['project', 'entity'] as const).flatMap((within) =>
    flags.flatMap((tags) =>
      [
        { within, collections: true, tags, runs: false },
        { within, collections: true, tags, runs: false, directory: true, projectsOf: 3 },
        ...(within === 'entity'
          ? []
          : flags.map((collections) => ({ within, collections, tags, runs: true, directory: !collections }))),
      ].map((wishes) => documents.pollDocument(wishes, offers)),
    ),
  )
  const histories = offers.has('authors') ? [0, 2] : [0]
  const details = [0, 3].flatMap((members) =>
    [0, 2].flatMap((versions) =>
      histories
        .filter((count) => members + versions + count > 0)
        .map((count) => documents.detailsDocument({ members, versions, histories: count }, offers)),
    ),
  )
  return [
    ...polls,
    ...details,
    documents.aliasesDocument(offers),
    documents.scanDocument(3, offers),
    documents.VERSIONS_DOCUMENT,
    ...flags.map((system) => documents.historyDocument(3, system)),
    documents.directoryDocument(offers),
    documents.organizationsDocument(2),
    documents.PROJECTS_DOCUMENT,
    documents.COLLECTIONS_DOCUMENT,
    documents.SERVER_DOCUMENT,
    entityAutomationsDocument(offers),
    projectAutomationsDocument(offers),
    FEATURES_DOCUMENT,
  ]
}

/** Everything, nothing, everything but one, and one alone. */
export const VARIANTS: readonly Offers[] = [
  new Set(OFFERS),
  new Set(),
  ...OFFERS.map((offer) => new Set(OFFERS.filter((each) => each !== offer))),
  ...OFFERS.map((offer) => new Set([offer])),
]
