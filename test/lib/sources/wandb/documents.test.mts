import assert from 'node:assert/strict'
import { parse, validate } from 'graphql'
import * as automationDocuments from '../../../../dist/lib/sources/wandb/automation-documents.js'
import * as documents from '../../../../dist/lib/sources/wandb/documents.js'
import { OFFERS, TERMS } from '../../../../dist/lib/sources/wandb/offers.js'
import { wandbSchema } from '../../../standin/schema/build.mts'
import { coordinatesOf } from '../../../standin/schema/coordinates.mts'
import { sdkFields } from '../../../standin/schema/sdk-fields.mts'
import { everyDocument, VARIANTS } from './documents.mts'

/** The typing that W&B published (npm @wandb/sdk) with what its Python SDK has asked for since. */
const published = wandbSchema()
const withGuesses = wandbSchema({ guessed: true })
const asked = new Set<string>(OFFERS.flatMap((offer): readonly string[] => TERMS[offer].asks))

const problemsOf = (document: string) => validate(withGuesses, parse(document)).map(({ message }) => message)

/** What a document relies on, and neither W&B's SDK nor an offer has; what only the typing has is an offer too. */
const unknownTo = (document: string): string[] =>
  [...coordinatesOf(withGuesses, parse(document))].filter(
    (coordinate) => !sdkFields.has(coordinate) && !asked.has(coordinate),
  )

describe('Every GraphQL document', () => {
  it('fits the schema that W&B published with what its SDK asks for, in every variant', () => {
    for (const offers of VARIANTS)
      for (const document of everyDocument(offers)) assert.deepEqual(problemsOf(document), [], document)
  }).timeout(30_000)

  it('asks for nothing that neither the SDK nor an offer has', () => {
    for (const offers of VARIANTS)
      for (const document of everyDocument(offers)) assert.deepEqual(unknownTo(document), [], document)
  }).timeout(30_000)

  it('asks a server that refuses all offers for nothing but what the SDK asks for itself', () => {
    for (const document of everyDocument(new Set())) {
      const extra = [...coordinatesOf(published, parse(document))].filter((coordinate) => !sdkFields.has(coordinate))
      assert.deepEqual(extra, [], document)
    }
  })

  it('is among those that are checked here', () => {
    const texts = everyDocument(new Set(OFFERS)).map((document) => document.match(/^query (\w+)/)?.[1])
    const named = (module: object) =>
      Object.values(module)
        .map((each) => String(each).match(/query ((?:Watch|Import)\w+)/)?.[1])
        .filter((name) => name !== undefined)
    for (const name of [...named(documents), ...named(automationDocuments)]) assert.ok(texts.includes(name), name)
  })

  it('leaves out what a server does not offer', () => {
    for (const offer of OFFERS) {
      const { asks } = TERMS[offer]
      const rest = VARIANTS.find((offers) => !offers.has(offer) && offers.size === OFFERS.length - 1) ?? assert.fail()
      const used = new Set(everyDocument(rest).flatMap((each) => [...coordinatesOf(withGuesses, parse(each))]))
      const own = asks.filter((coordinate) => !OFFERS.some((each) => each !== offer && has(each, coordinate)))
      const elsewhere = ['Organization.orgEntity']
      assert.deepEqual(
        own.filter((coordinate) => used.has(coordinate) && !elsewhere.includes(coordinate)),
        [],
        offer,
      )
      const all = new Set(
        everyDocument(new Set(OFFERS)).flatMap((each) => [...coordinatesOf(withGuesses, parse(each))]),
      )
      assert.deepEqual(
        asks.filter((coordinate) => !all.has(coordinate)),
        [],
        `${offer} is asked for`,
      )
    }
  }).timeout(30_000)

  it('is refused by this check when a field or an argument is not W&B’s', () => {
    const wrong = [
      documents.VERSIONS_DOCUMENT.replace('totalCount', 'count'),
      documents.COLLECTIONS_DOCUMENT.replace('first: 100', 'limit: 100'),
      documents
        .detailsDocument({ members: 0, versions: 1, histories: 0 }, new Set(['memberships']))
        .replace('artifactMemberships {', 'artifactMemberships(first: 100) {'),
    ]
    for (const document of wrong) assert.notDeepEqual(problemsOf(document), [], document)
    const extra = documents.VERSIONS_DOCUMENT.replace('createdAt tags', 'createdAt usedCount tags')
    assert.deepEqual(problemsOf(extra), [])
    assert.deepEqual(unknownTo(extra), ['Artifact.usedCount'], 'the typing has it, the SDK does not ask for it')
  })
})

const has = (offer: (typeof OFFERS)[number], coordinate: string) =>
  (TERMS[offer].asks as readonly string[]).includes(coordinate)
