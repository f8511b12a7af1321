import assert from 'node:assert/strict'
import { isWatchedKind, SOURCE_KINDS, type SourceSettings, sourceKind } from '../../../dist/lib/sources/source.js'
import { DEFAULTS } from '../../../dist/nodes/artifact-source/artifact-source.migrate.js'

const NAMES = Object.keys(SOURCE_KINDS) as (keyof typeof SOURCE_KINDS)[]

describe('a kind of source', () => {
  for (const name of NAMES) {
    it(`${name} takes the settings of a new source, and says why it takes others not`, () => {
      const kind = SOURCE_KINDS[name]
      kind.check({ ...DEFAULTS, ...kind.usual })
      const wrong: SourceSettings = { ...DEFAULTS, auth: 'none of these' as never, baseUrl: 'none' }
      assert.throws(() => kind.check(wrong), { code: 'source_invalid' })
    })

    it(`${name} says where its events come from, and which secret it lacks`, () => {
      assert.notEqual(SOURCE_KINDS[name].placeOf(DEFAULTS), '')
      assert.equal(SOURCE_KINDS[name].withoutSecret.code, 'secret_missing')
      const chosen = { auth: DEFAULTS.auth, apiKey: 'an id' }
      assert.ok(['secret', 'apiKey'].includes(SOURCE_KINDS[name].secretOf(chosen) ?? ''))
    })
  }

  it('needs no secret where everybody may post', () => {
    assert.equal(SOURCE_KINDS.http.secretOf({ auth: 'none', apiKey: '' }), null)
    assert.equal(SOURCE_KINDS.wandb.secretOf(), 'apiKey')
    assert.equal(SOURCE_KINDS.mlflow.secretOf({ auth: 'none', apiKey: '' }), null)
  })

  it('is none by a name that it does not have, or that every object has', () => {
    for (const name of ['mlflow 9', '', 'constructor', 'toString', undefined, null, 7, {}]) {
      assert.equal(sourceKind(name), null)
      assert.equal(isWatchedKind(name), false)
    }
    assert.deepEqual(
      NAMES.map((name) => isWatchedKind(name)),
      [false, true, true, true],
    )
  })
})
