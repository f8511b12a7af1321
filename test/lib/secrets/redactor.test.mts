import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { Redactor } from '../../../dist/lib/secrets/redactor.js'

/** How a server may give back what it was sent. */
const ECHOES: Record<string, (value: string) => string> = {
  'as it is': (value) => `<${value}>`,
  'in JSON': (value) => JSON.stringify({ value }),
  'in JSON inside JSON': (value) => JSON.stringify({ body: JSON.stringify({ value }) }),
  'in JSON as Python writes it': (value) =>
    JSON.stringify({ value }).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'in JSON as PHP writes it': (value) => JSON.stringify({ value }).replaceAll('/', '\\/'),
  'in JSON as Go writes it': (value) =>
    JSON.stringify({ value }).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
  'in a URL': (value) => `?token=${encodeURIComponent(value)}`,
  'in a URL with small hex digits': (value) => encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase()),
  'in a form': (value) => new URLSearchParams({ value }).toString(),
  'in HTML': (value) =>
    value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  'in hex': (value) => `x${Buffer.from(value).toString('hex')}`,
  'in a URL inside a URL': (value) => `?next=${encodeURIComponent(`/?token=${encodeURIComponent(value)}`)}`,
  // what is echoed most often is the whole body, and there the secret is escaped
  'in JSON, in base64': (value) => Buffer.from(JSON.stringify({ value })).toString('base64'),
  'in JSON, in hex': (value) => Buffer.from(JSON.stringify({ value })).toString('hex'),
  'in a form, in base64': (value) => Buffer.from(`a=1&token=${encodeURIComponent(value)}`).toString('base64'),
  // what a header holds, and a body that claims to be Latin-1
  'in bytes that are taken for Latin-1': (value) => `<${Buffer.from(value).toString('latin1')}>`,
  'in bytes that are taken for Windows-1252': (value) => `<${new TextDecoder('latin1').decode(Buffer.from(value))}>`,
  'in capital hex': (value) => Buffer.from(value).toString('hex').toUpperCase(),
}

describe('the Redactor', () => {
  const values = ['wandb-secret', 'p@ss "w/o" <& more>\\', 'Grüße 🌍 / 日本', 'line\nbreak\tand\u0007bell', 'a+b c%d']
  for (const [name, echo] of Object.entries(ECHOES)) {
    it(`masks secrets ${name}`, () => {
      const redactor = new Redactor(values)
      for (const value of values) {
        const redacted = redactor.redact(`before ${echo(value)} after`)
        assert.match(redacted, /^before .*\*\*\*.* after$/s)
        for (const word of value.match(/[A-Za-z]{4,}/g) ?? []) assert.ok(!redacted.includes(word), redacted)
      }
    })
  }

  it('masks any secret in any echo (property)', () => {
    const secret = fc.string({ unit: 'binary', minLength: 6, maxLength: 40 })
    const echo = fc.constantFrom(...Object.values(ECHOES).filter((echo) => echo !== ECHOES['in HTML']))
    fc.assert(
      fc.property(secret, echo, (value, spell) => {
        const redacted = new Redactor([value]).redact(spell(value))
        assert.ok(redacted.includes('***'), redacted)
        assert.ok(!redacted.includes(value) || value.includes('***') || '***'.includes(value), redacted)
      }),
    )
  }).timeout(20_000)

  it('masks a whole key file, however long, and finds it as it is and in JSON', () => {
    for (const bytes of [700, 4_000, 100_000]) {
      const pem = `-----BEGIN PRIVATE KEY-----\n${randomBytes(bytes).toString('base64').replace(/.{64}/g, '$&\n')}\n`
      const redactor = new Redactor([pem, 'A'])
      for (const echo of [pem, JSON.stringify({ pem }), encodeURIComponent(pem), Buffer.from(pem).toString('base64')]) {
        assert.match(redactor.redact(`<${echo}>`), /^<[^A]{3,20}>$/)
      }
    }
  })

  it('takes secrets of any bytes, many of them, without giving up', () => {
    const secrets = Array.from({ length: 20 }, () => randomBytes(1000).toString('latin1'))
    const redactor = new Redactor(secrets)
    assert.equal(redactor.redact(secrets.join('|')), secrets.map(() => '***').join('|'))
  }).timeout(20_000)

  it('masks a secret inside a longer base64 text, wherever it begins and ends (property)', () => {
    const text = fc.string({ maxLength: 8 })
    const encoding = fc.constantFrom('base64' as const, 'base64url' as const)
    fc.assert(
      fc.property(fc.string({ minLength: 6, maxLength: 40 }), text, text, encoding, (value, before, after, how) => {
        const echo = Buffer.from(`${before}${value}${after}`).toString(how)
        assert.ok(new Redactor([value]).redact(echo).includes('***'))
      }),
    )
  })

  it('masks the key inside a whsec_ secret without its prefix', () => {
    assert.equal(new Redactor(['whsec_c2VjcmV0LWtleQ==']).redact('key c2VjcmV0LWtleQ=='), 'key ***')
  })

  it('masks the longest of secrets that contain each other', () => {
    assert.equal(new Redactor(['abcd', 'abcdefgh']).redact('abcdefgh abcd'), '*** ***')
  })

  it('leaves other text alone, also when it looks like a pattern', () => {
    const redactor = new Redactor(['.*', '$&', 'a|b'])
    assert.equal(redactor.redact('nothing here, a or b, 100 %'), 'nothing here, a or b, 100 %')
    assert.equal(redactor.redact('x $& y'), 'x *** y')
  })

  it('has nothing to do without secrets, or with empty ones', () => {
    assert.equal(new Redactor([]).redact('text'), 'text')
    assert.equal(new Redactor(['']).redact('text'), 'text')
  })

  it('masks the beginning of a secret at the end of a text that was cut', () => {
    const redactor = new Redactor(['super-secret-token'])
    assert.equal(redactor.redactCut('echo: super-secret-to'), 'echo: ***')
    assert.equal(redactor.redactCut('echo: super-secret-token'), 'echo: ***')
    assert.equal(redactor.redactCut(`echo: ${Buffer.from('super-secret').toString('base64')}`), 'echo: ***')
    assert.equal(redactor.redactCut('echo: sup'), 'echo: sup')
  })

  it('stays fast on long text made of what it looks for', () => {
    const redactor = new Redactor(['\\'.repeat(40), '"'.repeat(40), ' '.repeat(40), '%'.repeat(40)])
    const started = performance.now()
    for (const character of ['\\', '"', '+', '%', '%25', '\\"', '\\u005c']) {
      redactor.redact(`${character.repeat(39)}x${character.repeat(8000)}`)
    }
    assert.ok(performance.now() - started < 2000)
  })
})
