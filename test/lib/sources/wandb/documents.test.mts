import assert from 'node:assert/strict'
import { parse, validate } from 'graphql'
import {
  entityAutomationsDocument,
  FEATURES_DOCUMENT,
  projectAutomationsDocument,
} from '../../../../dist/lib/sources/wandb/automation-documents.js'
import * as documents from '../../../../dist/lib/sources/wandb/documents.js'
import { OFFERS, type Offer } from '../../../../dist/lib/sources/wandb/offers.js'
import { wandbSchema } from '../../../standin/schema.mts'

/** Every subset of what a server may not offer. */
const subsets = Array.from(
  { length: 2 ** OFFERS.length },
  (_, bits) => new Set(OFFERS.filter((_offer, place) => bits & (1 << place))),
)

/** What the schema has no word for: who a union may be, and what a filter or an order may hold. */
const WITHOUT_MARK: readonly Offer[] = ['creatorUser', 'sorting', 'tagFilter']

const schemas = new Map<string, ReturnType<typeof wandbSchema>>()

function check(document: string, offers: ReadonlySet<Offer>): void {
  const offered = [...offers].filter((offer) => !WITHOUT_MARK.includes(offer)) as Parameters<typeof wandbSchema>[0]
  const schema =
    schemas.get(String(offered)) ?? wandbSchema([...(offered ?? []), 'entityTriggers', 'organizationTriggers'])
  schemas.set(String(offered), schema)
  const problems = validate(schema, parse(document)).map(({ message }) => message)
  assert.deepEqual(problems, [], document)
}

describe('Every GraphQL document fits the schema', () => {
  it('of a poll, whatever is watched and whatever the server offers', () => {
    const flags = [true, false]
    for (const offers of subsets) {
      for (const within of ['project', 'entity'] as const) {
        for (const tags of flags) {
          check(documents.pollDocument({ within, collections: true, tags, runs: false }, offers), offers)
          if (within === 'entity') continue
          for (const collections of flags)
            check(documents.pollDocument({ within, collections, tags, runs: true }, offers), offers)
          const company = { within, collections: false, tags, runs: true, directory: true, projectsOf: 3 }
          check(documents.pollDocument(company, offers), offers)
        }
      }
    }
  }).timeout(30_000)

  it('of what is asked about changes', () => {
    for (const offers of subsets) {
      const histories = offers.has('authors') ? 2 : 0
      check(documents.detailsDocument({ members: 3, versions: 2, histories }, offers), offers)
      check(documents.detailsDocument({ members: 1, versions: 0, histories: 0 }, offers), offers)
      check(documents.detailsDocument({ members: 0, versions: 1, histories: 0 }, offers), offers)
      if (histories > 0) check(documents.detailsDocument({ members: 0, versions: 0, histories }, offers), offers)
    }
  }).timeout(30_000)

  it('of lists, scans, histories and the directory', () => {
    for (const offers of subsets) {
      check(documents.aliasesDocument(offers), offers)
      check(documents.scanDocument(3, offers), offers)
    }
    const none: ReadonlySet<Offer> = new Set()
    check(documents.VERSIONS_DOCUMENT, none)
    for (const system of [true, false]) check(documents.historyDocument(3, system), none)
    check(documents.DIRECTORY_DOCUMENT, none)
    check(documents.PROJECTS_DOCUMENT, none)
    check(documents.COLLECTIONS_DOCUMENT, none)
  }).timeout(30_000)

  it('of automations', () => {
    for (const offers of subsets) {
      check(entityAutomationsDocument(offers), offers)
      check(projectAutomationsDocument(offers), offers)
    }
    check(FEATURES_DOCUMENT, new Set())
  }).timeout(30_000)

  it('is refused by the schema when a field is misspelt', () => {
    assert.throws(() => check(documents.DIRECTORY_DOCUMENT.replace('username', 'userName'), new Set()), /userName/)
  })
})
