import assert from 'node:assert/strict'
import { Secret } from '../../../../dist/lib/secrets/secret.js'
import { checkSettings } from '../../../../dist/lib/sources/http/settings.js'
import { body, check, digest, type Headers, passes, refusal } from './requests.mts'
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

describe('a request with a secret in a header that the source names', () => {
  check('header', [
    ['the secret', true, { 'x-api-key': SECRET }],
    ['no header', false, {}],
    ['an empty header', false, { 'x-api-key': '' }],
    ['another secret', false, { 'x-api-key': 'other' }],
    ['a beginning of it', false, { 'x-api-key': SECRET.slice(0, -1) }],
    ['more than it', false, { 'x-api-key': `${SECRET}x` }],
    ['the secret twice', false, { 'x-api-key': [SECRET, SECRET] }],
    ['the secret in another header', false, { 'x-webhook-secret': SECRET, authorization: `Bearer ${SECRET}` }],
  ])

  it('may have any letters, as UTF-8', () => {
    const secret = 'geheim-ß-密'
    assert(passes('header', { 'x-api-key': Buffer.from(secret).toString('latin1') }, { secret }))
  })

  it('hears the name of the header, and never the value', () => {
    assert.equal(refusal('header', {}), 'The header X-Api-Key is missing.')
    assert.equal(refusal('header', { 'x-api-key': 'other' }), 'The secret in X-Api-Key is wrong.')
  })

  it('is no business of a source that cannot have such a header', () => {
    const problem = (headerName: unknown) => {
      try {
        checkSettings({ path: '/x', format: 'event', auth: 'header', entity: '', project: '', headerName } as never)
        return null
      } catch (error) {
        return (error as Error).message
      }
    }
    for (const fine of ['Authorization', 'x-api-key', 'X_KEY', "!#$%&'*+-.^_`|~1"]) assert.equal(problem(fine), null)
    for (const name of [
      '',
      undefined,
      'X Key',
      'X-Key:',
      'clé',
      '${KEY}',
      'Content-Length',
      'HOST',
      'Transfer-Encoding',
    ]) {
      assert.match(problem(name) ?? '', /^The source cannot be used: the header in which the secret comes .+\.$/)
    }
  })
})

describe('a request with a user and a password', () => {
  const secret = 'harbor:pass:word'
  const basic = (text: string, scheme = 'Basic') => ({
    authorization: `${scheme} ${Buffer.from(text).toString('base64')}`,
  })
  const isRight = (headers: Headers) => passes('basic', headers, { secret })

  it('passes with both, whatever the case of the scheme, a colon in the password too', () => {
    assert(isRight(basic(secret)))
    assert(isRight(basic(secret, 'bASIC')))
    // RFC 7617, section 2.1: the charset that the challenge names
    assert(passes('basic', basic('ü:密'), { secret: 'ü:密' }))
  })

  it('is refused with anything else', () => {
    for (const wrong of [
      'harbor:pass',
      'harbor',
      'harbor:',
      ':pass:word',
      'harbor:pass:wordx',
      'HARBOR:pass:word',
      '',
    ]) {
      assert(!isRight(basic(wrong)), wrong)
    }
    assert(!isRight({}))
    assert(!isRight({ authorization: `Basic ${secret}` }))
    assert(!isRight(basic(secret, 'Bearer')))
  })

  it('hears from a server how to prove itself, and the password is masked wherever it stands in an event', async () => {
    const source = await startSource({ settings: { auth: 'basic' }, secret: () => new Secret(secret) })
    try {
      const { status, headers } = await source.post(linked)
      assert.deepEqual([status, headers['www-authenticate']], [401, 'Basic realm="artifact events", charset="UTF-8"'])
      const event = { ...linked, note: 'the password is pass:word' }
      assert.equal((await source.post(event, { Authorization: basic(secret).authorization })).status, 202)
      assert(!JSON.stringify(source.accepted).includes('pass:word'))
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
