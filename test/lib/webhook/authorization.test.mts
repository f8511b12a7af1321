import assert from 'node:assert/strict'
import { Secret } from '../../../dist/lib/secrets/secret.js'
import { OTHER_SCHEMES } from '../../../dist/lib/webhook/authorization.js'
import { grant, request, webhook } from './webhooks.mts'

const URL_ = 'https://hooks.example.com/in'

function sent(token: string) {
  const { headers, masked } = request(webhook({ url: URL_, accessToken: 'id' }, { token: new Secret(token) }))
  return { real: headers['Authorization'], shown: masked.headers['Authorization'] }
}

describe('an access token that was copied with what stood before it', () => {
  for (const token of ['abc.def', 'Bearer abc.def', 'bearer abc.def', 'BEARER   abc.def', 'Bearer Bearer abc.def']) {
    it(`${token}: is sent as a bearer token, once`, () => {
      assert.deepEqual(sent(token), { real: 'Bearer abc.def', shown: 'Bearer ***' })
    })
  }

  for (const token of ['Token abc', 'token abc', 'Basic dXNlcjpwYXNz', 'Bot abc.def', 'ApiKey abc']) {
    it(`${token}: keeps its own scheme`, () => {
      assert.deepEqual(sent(token), { real: token, shown: '***' })
      assert.deepEqual(sent(`Bearer ${token}`), { real: token, shown: '***' })
    })
  }

  for (const token of ['my token', 'Bearer', 'Bearers abc', 'a=b c', '-']) {
    it(`${token}: is nobody’s scheme, and stays a token`, () => {
      assert.deepEqual(sent(token), { real: `Bearer ${token}`, shown: 'Bearer ***' })
    })
  }

  it('is cleaned in a header of one’s own, and nowhere else', () => {
    const headers = '{"authorization": "Bearer ${T}", "X-Authorization": "Bearer ${T}"}'
    const { headers: real } = request(webhook({ url: URL_, headers }, { granted: grant({ T: 'Bearer abc' }) }))
    assert.equal(real['authorization'], 'Bearer abc')
    assert.equal(real['X-Authorization'], 'Bearer Bearer abc')
  })

  it('is recognised by schemes in lower case, each without a space', () => {
    for (const scheme of OTHER_SCHEMES) assert.match(scheme, /^[a-z-]{1,20}$/)
  })
})
