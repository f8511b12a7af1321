import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { judged, keyOf, type SecretUse, secretProblem } from '../../../dist/lib/secrets/judge.js'
import { Secret } from '../../../dist/lib/secrets/secret.js'

const key = (bytes: number) => `whsec_${randomBytes(bytes).toString('base64')}`

/** For each use what can be right, and what never can. */
const TABLE: Record<SecretUse, { right: string[]; wrong: string[] }> = {
  bearer: {
    right: ['token', 'a b', 'grüße', 'Bearer token', 'token\n', 'token\r\n', 'whsec_!!!!'],
    wrong: ['', '\n', ' \n', ' token', 'token ', 'to\nken', 'to\u0000ken', 'token\n\u007f'],
  },
  'access-token': {
    right: ['token', 'Bearer token', 'Token token', 'token\n'],
    wrong: ['', ' token', 'token ', 'to\nken', 'grüße', 'tok\u0007en', '日本'],
  },
  header: { right: ['value', 'two words', 'value\n'], wrong: ['', ' value', 'value\t', 'a\r\nX-Other: b'] },
  basic: { right: ['user:password', 'user:', 'user:pass:word\n'], wrong: ['', 'user', 'us\ner:password'] },
  signature: {
    right: ['any text', 'a', key(24), key(64), `v1,${key(24)}`, `${key(32)}\n`, 'two\nlines'],
    wrong: [
      '',
      '\r\n',
      'whsec_',
      'whsec_!!!!',
      'v1,whsec_',
      'v1,whsec_!!!!',
      'whsec_YQ==',
      'whsec_c2hvcnQ=',
      'whsec_ab-_',
    ],
  },
  'standard-webhooks': {
    right: ['any text', key(24), `v1,${key(24)}`, `${key(32)}\n`],
    wrong: [
      '',
      'whsec_',
      'whsec_!!!!',
      'v1,whsec_!!!!',
      'whsec_YQ==',
      'whsec_not base64',
      `${key(32)} `,
      `${key(32).slice(0, -1)}`,
    ],
  },
  wandb: { right: ['any text', 'two\nlines', 'whsec_!!!!'], wrong: ['', '\n'] },
  github: { right: ['any text', 'grüße'], wrong: ['', ' \r\n'] },
  'api-key': {
    right: ['0123456789abcdef0123456789abcdef01234567', 'wandb_v1_abc', 'local-abc\n'],
    wrong: ['', 'two words', 'key\nother', 'schlüssel', ' key'],
  },
  payload: { right: ['anything', ' spaces ', 'two\nlines\n', 'ü'], wrong: ['', '\n'] },
}

describe('a secret is judged for what it is used for', () => {
  for (const [use, { right, wrong }] of Object.entries(TABLE) as [SecretUse, { right: string[]; wrong: string[] }][]) {
    for (const value of right) {
      it(`as ${use}, ${JSON.stringify(value)} may be right`, () => assert.equal(secretProblem(value, use), null))
    }
    for (const value of wrong) {
      it(`as ${use}, ${JSON.stringify(value)} never is, in words that do not tell it`, () => {
        const problem = secretProblem(value, use)
        assert.match(problem ?? '', /^(is|has|begins|must) /)
        assert.throws(() => judged(new Secret(value), use, 'The secret'), {
          code: 'secret_invalid',
          message: `The secret cannot be right: it ${problem}.`,
        })
        if (value.trim().length > 6) assert.ok(!problem?.includes(value.trim()))
      })
    }
  }

  it('is used without the line break at its end, the version of its signatures, and a scheme that was copied along', () => {
    const used = (value: string, use: SecretUse) => judged(new Secret(value), use, 'It').reveal()
    const whsec = key(24)
    assert.equal(used('token\r\n', 'access-token'), 'token')
    assert.equal(used('two\nlines\n', 'payload'), 'two\nlines')
    assert.equal(used(`v1,${whsec}\n`, 'signature'), whsec)
    assert.equal(used(`v1,${whsec}`, 'standard-webhooks'), whsec)
    assert.equal(used(`v1,${whsec}`, 'github'), `v1,${whsec}`)
    assert.equal(used('Bearer token', 'bearer'), 'token')
  })

  // Judged by the package of Standard Webhooks' own authors.
  it('takes no whsec_ key that standardwebhooks refuses, and reads the others as it does (property)', () => {
    const text = fc.oneof(
      fc.base64String({ maxLength: 60 }),
      fc.string({ maxLength: 40 }),
      fc.string({ unit: fc.constantFrom(...'ab+/=-_ \n'), maxLength: 12 }),
    )
    fc.assert(
      fc.property(text, (encoded) => {
        const secret = `whsec_${encoded}`
        if (secretProblem(secret, 'signature') !== null || secret.endsWith('\n') || secret.endsWith('\r')) return
        const { key } = new Webhook(secret) as unknown as { key: Uint8Array }
        assert.deepEqual(keyOf(secret), Uint8Array.from(key))
      }),
      { numRuns: 2000 },
    )
  })

  it('takes every key of 8 bytes and more that somebody encoded (property)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 80 }), (bytes) => {
        const secret = `whsec_${Buffer.from(bytes).toString('base64')}`
        assert.equal(secretProblem(secret, 'standard-webhooks'), null)
        assert.deepEqual(keyOf(secret), Uint8Array.from(bytes))
      }),
    )
  })
})
