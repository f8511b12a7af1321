import assert from 'node:assert/strict'
import { parse } from 'graphql'
import { OFFERS, TERMS } from '../../dist/lib/sources/wandb/offers.js'
import { everyDocument, VARIANTS } from '../lib/sources/wandb/documents.mts'
import { isExtension, later, shownBy, wandbSchema } from '../standin/schema/build.mts'
import { coordinatesOf } from '../standin/schema/coordinates.mts'
import { SDK, sdkFields } from '../standin/schema/sdk-fields.mts'
import type { Python } from './python.mts'
import { type SdkDocuments, sdkCoordinates, sdkDocuments, sdkPython } from './wandb-documents.mts'

// Found out before the tests are named, so that the list of tests says what was not run and why.
const python: Python | Error = await sdkPython().catch((error: Error) => error)

describe('The documents inside the real W&B SDK', function () {
  this.timeout(120_000)

  if (!(python instanceof Error) && 'absent' in python) {
    it(`NOT RUN with ${SDK}: ${python.absent}`)
    return
  }

  let sdk: SdkDocuments
  before(async () => {
    if (python instanceof Error) throw python
    sdk = await sdkDocuments(python.binary)
  })

  it('are those from which the list of what the SDK asks for was made', () => {
    assert.equal(`wandb==${sdk.version}`, SDK)
    assert.ok(sdk.documents.length > 150, `${sdk.documents.length} documents`)
    assert.deepEqual(sdkCoordinates(sdk), [...sdkFields])
  })

  it('ask for everything that our documents ask for, or an offer says what happens without', () => {
    const known = new Set(sdkCoordinates(sdk))
    const asked = new Set<string>(OFFERS.flatMap((offer): readonly string[] => TERMS[offer].asks))
    const schema = wandbSchema({ guessed: true })
    for (const offers of VARIANTS) {
      for (const document of everyDocument(offers)) {
        const unknown = [...coordinatesOf(schema, parse(document))].filter(
          (coordinate) => !known.has(coordinate) && !asked.has(coordinate),
        )
        assert.deepEqual(unknown, [], document)
      }
    }
  })

  it('show each thing that the stand-in has and the published typing has not, in the operation that is named', () => {
    const published = wandbSchema()
    const operations = new Map<string, Set<string>>()
    const texts = new Map<string, string>()
    for (const { document } of sdk.documents) {
      for (const each of document.definitions) {
        if (each.kind !== 'OperationDefinition' || !each.name) continue
        const name = each.name.value
        operations.set(name, new Set([...(operations.get(name) ?? []), ...coordinatesOf(published, document)]))
        texts.set(name, (texts.get(name) ?? '') + JSON.stringify(document))
      }
    }
    for (const definition of later.definitions) {
      if (!('name' in definition) || definition.kind === 'DirectiveDefinition') continue
      const { operation } = shownBy(definition)
      assert.ok(operation, `${definition.name?.value} names no operation`)
      const shown = operations.get(operation)
      assert.ok(shown, `the SDK has no operation ${operation}`)
      const isOfFields = 'fields' in definition && definition.kind !== 'InputObjectTypeDefinition'
      if (!isOfFields || definition.kind === 'InputObjectTypeExtension') continue
      for (const field of definition.fields ?? []) {
        const coordinate = `${definition.name?.value}.${field.name.value}`
        const names = texts.get(operation)?.includes(`"${field.name.value}"`)
        assert.ok(shown.has(coordinate) || names, `${operation} does not ask for ${coordinate}`)
      }
      assert.ok(isExtension(definition) || definition.kind.endsWith('TypeDefinition'))
    }
  })
})
