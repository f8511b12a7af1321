import assert from 'node:assert/strict'
import { format, inspect } from 'node:util'
import { Secret } from '../../../dist/lib/secrets/secret.js'

describe('a Secret', () => {
  const secret = new Secret('s3cr3t-value')

  it('gives its value to whoever asks for it by name', () => {
    assert.equal(secret.reveal(), 's3cr3t-value')
  })

  const ways: Record<string, () => string> = {
    String: () => String(secret),
    'a template literal': () => `${secret}`,
    concatenation: () => `token ${String(secret)}`,
    'JSON.stringify': () => JSON.stringify({ secret }),
    inspect: () => inspect(secret, { showHidden: true, depth: 5 }),
    'inspect of what holds it': () => inspect({ a: [secret], m: new Map([['k', secret]]) }, { showHidden: true }),
    'format %s': () => format('%s', secret),
    'format %o': () => format('%o', secret),
    'Object.entries': () => JSON.stringify(Object.entries(secret)),
    'a copy': () => JSON.stringify({ ...secret }),
    structuredClone: () => inspect(structuredClone(secret)),
  }
  for (const [name, print] of Object.entries(ways)) {
    it(`does not show it to ${name}`, () => {
      assert.doesNotMatch(print(), /s3cr3t/)
    })
  }
})
