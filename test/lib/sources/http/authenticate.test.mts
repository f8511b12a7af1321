import assert from 'node:assert/strict'
import { body, check, digest, passes, refusal } from './requests.mts'
import { linked, SECRET, startSource } from './server.mts'

describe('a request to a source without authentication', () => {
  it('passes, also when there is no secret', () => {
    assert(passes('none', {}))
    assert(passes('none', {}, { secret: undefined }))
  })
})

describe('a request to a source that has no secret yet', () => {
  for (const auth of ['bearer', 'signature', 'shared-secret'] as const) {
    it(`is asked to come again, whatever it brings for ${auth}`, () => {
      const headers = { authorization: 'Bearer ', 'x-webhook-secret': '', 'x-wandb-signature': digest('hex', body, '') }
      for (const secret of [undefined, '']) {
        assert.match(refusal(auth, headers, { secret }, 'source_unavailable') ?? '', /later/)
      }
    })
  }
})

describe('a request with a bearer token', () => {
  check('bearer', [
    ['the token', true, { authorization: `Bearer ${SECRET}` }],
    ['the scheme in other letters', true, { authorization: `bEARER ${SECRET}` }],
    ['more spaces', true, { authorization: `Bearer   ${SECRET}` }],
    ['no header', false, {}],
    ['an empty header', false, { authorization: '' }],
    ['no token', false, { authorization: 'Bearer' }],
    ['the token alone', false, { authorization: SECRET }],
    ['another scheme', false, { authorization: `Basic ${SECRET}` }],
    ['another token', false, { authorization: 'Bearer other' }],
    ['a beginning of the token', false, { authorization: `Bearer ${SECRET.slice(0, -1)}` }],
    ['more than the token', false, { authorization: `Bearer ${SECRET}x` }],
    ['the token in capitals', false, { authorization: `Bearer ${SECRET.toUpperCase()}` }],
    ['the token where it does not belong', false, { 'x-webhook-secret': SECRET }],
  ])

  it('may have any letters, as UTF-8', () => {
    const secret = 'geheim-ß-密'
    const authorization = `Bearer ${Buffer.from(secret).toString('latin1')}`
    assert(passes('bearer', { authorization }, { secret }))
  })

  it('hears from a server what it did wrong', async () => {
    const source = await startSource({ settings: { auth: 'bearer' } })
    try {
      const { status, body, headers } = await source.post(linked, { Authorization: 'Bearer wrong' })
      assert.deepEqual(
        [status, body.error],
        [401, { code: 'unauthorized', message: 'The token in Authorization is wrong.', details: [] }],
      )
      assert.equal(headers['www-authenticate'], 'Bearer')
      assert.equal((await source.post(linked, { Authorization: `Bearer ${SECRET}` })).status, 202)
    } finally {
      await source.close()
    }
  })
})

describe('a request with a shared secret', () => {
  check('shared-secret', [
    ['the secret', true, { 'x-webhook-secret': SECRET }],
    ['no header', false, {}],
    ['an empty header', false, { 'x-webhook-secret': '' }],
    ['another secret', false, { 'x-webhook-secret': 'other' }],
    ['a beginning of it', false, { 'x-webhook-secret': 'wandb' }],
    ['the secret twice', false, { 'x-webhook-secret': `${SECRET}, ${SECRET}` }],
    ['a bearer token', false, { authorization: `Bearer ${SECRET}` }],
  ])
})
