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
      const redactor = new Redactor([pem])
      const lines = pem.split('\n').slice(1, -1)
      for (const echo of [pem, JSON.stringify({ pem }), encodeURIComponent(pem), Buffer.from(pem).toString('base64')]) {
        const redacted = redactor.redact(`<${echo}>`)
        assert.match(redacted, /^<.*\*\*\*.*>$/s)
        for (const line of lines) if (line.length >= 6) assert.ok(!redacted.includes(line.slice(0, 24)), redacted)
      }
    }
  })

  it('takes secrets of any bytes, many of them, without giving up', () => {
    const secrets = Array.from({ length: 20 }, () => `${randomBytes(1000).toString('latin1')}end`)
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
    assert.equal(new Redactor(['abcdef', 'abcdefgh']).redact('abcdefgh abcdef'), '*** ***')
  })

  it('leaves other text alone, also when it looks like a pattern', () => {
    const redactor = new Redactor(['(.*)+$', '$&$&$&', '[a|b]*'])
    assert.equal(redactor.redact('nothing here, a or b, 100 %'), 'nothing here, a or b, 100 %')
    assert.equal(redactor.redact('x $&$&$& y'), 'x *** y')
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

  it('does not search for values under six characters, nor for such parts of longer ones', () => {
    const redactor = new Redactor(['1', 'false', 'null', 'abcde', '{"a":"b","c":12345}'])
    const answer = '{"id":1,"ok":false,"none":null,"abcde":12345,"a":"b"}'
    assert.equal(redactor.redact(answer), answer)
    assert.equal(new Redactor(['abcdef']).redact('abcdef'), '***')
  })

  const PARTS: Record<string, { secret: string; parts: string[] }> = {
    'each line of a key file': {
      secret: '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\r\n9w0BAQEFAASCBKcwggSj\n-----END PRIVATE KEY-----\n',
      parts: ['MIIEvQIBADANBgkqhkiG', '9w0BAQEFAASCBKcwggSj'],
    },
    'each line of a list of recovery codes': { secret: '  1111-2222\n  3333-4444', parts: ['1111-2222', '3333-4444'] },
    'each value of a JSON secret, however deep, and its lines': {
      secret: JSON.stringify({ type: 'service', keys: [{ private_key: 'first-line\nsecond-line' }], number: 1234567 }),
      parts: ['service', 'first-line', 'second-line', '1234567'],
    },
    'a value without the line break that a file leaves at its end': {
      secret: 'token-from-a-file\r\n',
      parts: ['token-from-a-file'],
    },
    'what follows v1,whsec_ in a signing secret': {
      secret: 'v1,whsec_c2VjcmV0LWtleQ==',
      parts: ['c2VjcmV0LWtleQ==', 'whsec_c2VjcmV0LWtleQ=='],
    },
    'what follows the scheme in a header': { secret: 'Bearer abcdefgh', parts: ['abcdefgh'] },
  }
  for (const [what, { secret, parts }] of Object.entries(PARTS)) {
    it(`masks ${what} by itself`, () => {
      for (const part of parts) {
        for (const echo of Object.values(ECHOES)) {
          const redacted = new Redactor([secret]).redact(`<${echo(part)}>`)
          assert.ok(redacted.includes('***') && !redacted.includes(part), redacted)
        }
      }
    })
  }

  it('leaves the borders of a key file, which are no secret', () => {
    const redactor = new Redactor(['-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END PRIVATE KEY-----'])
    assert.equal(redactor.redact('no -----BEGIN PRIVATE KEY----- found'), 'no -----BEGIN PRIVATE KEY----- found')
  })

  it('masks a secret that was escaped several times in several ways (property)', () => {
    const spell = fc.constantFrom<(value: string) => string>(
      (value) => JSON.stringify(value).slice(1, -1),
      (value) => JSON.stringify(value).slice(1, -1).replaceAll('/', '\\/'),
      (value) => encodeURIComponent(value),
      (value) => encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase()),
      (value) => new URLSearchParams({ value }).toString().slice('value='.length),
      (value) =>
        Array.from(
          { length: value.length },
          (_, at) => `\\u${value.charCodeAt(at).toString(16).padStart(4, '0')}`,
        ).join(''),
      (value) =>
        value
          .replaceAll('&', '&amp;')
          .replaceAll('<', '&lt;')
          .replaceAll('"', '&quot;')
          .replaceAll("'", '&#x27;')
          .replaceAll('/', '&#47;'),
    )
    const secret = fc.string({ unit: fc.constantFrom(...'aB3/+=:._-"<&é🌍'), minLength: 6, maxLength: 30 })
    fc.assert(
      fc.property(secret, fc.array(spell, { minLength: 1, maxLength: 3 }), (value, ways) => {
        const echo = ways.reduce((text, way) => way(text), value)
        assert.equal(new Redactor([value]).redact(`{"said":"${echo}"}`), '{"said":"***"}')
      }),
    )
  })

  it('masks a value that is half escaped, and what base64 becomes in a URL or in PHP’s JSON', () => {
    const redactor = new Redactor(['k/+=e y?>~'])
    const base64 = Buffer.from('user:k/+=e y?>~~~').toString('base64')
    assert.match(base64, /[+/]/)
    for (const echo of [
      'k\\/+=e y?>~',
      'k/%2B=e y?>~',
      'k%2f%2b%3De+y?&gt;~',
      '\\u006b/+\\u003de y?>~',
      encodeURIComponent(base64),
      base64.replaceAll('/', '\\/'),
    ]) {
      assert.match(redactor.redact(`<${echo}>`), /^<.{0,8}\*\*\*.{0,6}>$/, echo)
    }
  })

  it('finds secrets anywhere in a long text, escaped or not, which is looked through by pieces', () => {
    const redactor = new Redactor(['canary/secret "1"'])
    const piece = 256 * 1024
    for (const at of [0, 1, piece - 20, piece - 9, piece - 1, piece, piece + 5, 2 * piece - 300, 2 * piece - 3]) {
      for (const echo of ['canary/secret "1"', 'canary\\/secret \\"1\\"', 'canary%2Fsecret+%221%22']) {
        const text = `${'x'.repeat(at)}${echo}${'y'.repeat(3 * piece - at)}`
        assert.equal(redactor.redact(text), `${'x'.repeat(at)}***${'y'.repeat(3 * piece - at)}`)
      }
    }
  })

  it('masks in the name of a header, which comes in small letters', () => {
    const redactor = new Redactor(['Canary-Token-AbC'])
    assert.equal(redactor.redactName('x-canary-token-abc-x'), 'x-***-x')
    assert.equal(redactor.redactName(`x-${Buffer.from('Canary-Token-AbC').toString('hex')}`), 'x-***')
    assert.equal(redactor.redactName('X-Other'), 'X-Other')
  })

  it('masks the beginning of an escape that was cut off with the beginning of its secret', () => {
    const redactor = new Redactor(['super/secret/token'])
    assert.equal(redactor.redactCut('{"said":"super\\/secret\\u00'), '{"said":"***')
    assert.equal(redactor.redactCut('super%2Fsec%2'), '***')
  })
})

describe('JSON that goes on', () => {
  const redactor = new Redactor(['canary-secret', '1234567', 'p"q\\r/s', 'true-ish'])
  const CASES: Record<string, [text: string, masked: string]> = {
    'keeps numbers, words and texts that hold no secret': ['{"id": 1, "ok": false}', '{"id": 1, "ok": false}'],
    'keeps its layout around a text that holds one': [
      '{ "a" : "x canary-secret y",\n "b": [ 1.50 ] }',
      '{ "a" : "x *** y",\n "b": [ 1.50 ] }',
    ],
    'has a text where a number was the secret': ['{"id":1234567,"n":[1234567.0,12]}', '{"id":"***","n":["***",12]}'],
    'has a name that is masked': ['{"canary-secret":1}', '{"***":1}'],
    'keeps all members whose names are masked': [
      '{"canary-secret":1,"canary-secret ":2,"a":{"canary-secret":3}}',
      '{"***":1,"*** ":2,"a":{"*** (2)":3}}',
    ],
    'is JSON whatever is escaped in it': [JSON.stringify({ a: 'p"q\\r/s"' }), '{"a":"***\\""}'],
    'is JSON inside JSON': [
      JSON.stringify({ a: JSON.stringify({ b: 'p"q\\r/s' }) }),
      JSON.stringify({ a: '{"b":"***"}' }),
    ],
    'is a text at its root': ['"canary-secret"', '"***"'],
    'is a text like any other when it is no JSON': ['{"a":"canary-secret"', '{"a":"***"'],
    'is a text like any other when it is several lines of JSON': [
      '{"a":"canary-secret"}\n{"b":1}',
      '{"a":"***"}\n{"b":1}',
    ],
  }
  for (const [what, [text, masked]] of Object.entries(CASES)) {
    it(what, () => assert.equal(redactor.redactJson(text), masked))
  }

  it('has the same shape as before, whatever it is (property)', () => {
    const shape = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(shape)
        : typeof value === 'object' && value !== null
          ? Object.values(value).map(shape)
          : 'leaf'
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.string({ minLength: 6, maxLength: 12 }), (text, other) => {
        const secrets = [other, text.slice(1, 8), text.slice(-9)]
        const masked = new Redactor(secrets).redactJson(text)
        assert.deepEqual(shape(JSON.parse(masked)), shape(JSON.parse(text)))
      }),
    )
  })
})

describe('the time of masking', () => {
  const nested = JSON.stringify(JSON.stringify({ key: JSON.stringify({ key: '\\"\\"\\"\\"' }) }))
  const SECRETS: Record<string, string[]> = {
    'the JSON in JSON of 88 characters that never came back': [nested.padEnd(88, '\\').slice(0, 88)],
    'what repeats itself': ['a'.repeat(5000), `${'ab'.repeat(2000)}c`, '\\'.repeat(40), '%25'.repeat(200)],
    'a key file': [randomBytes(6000).toString('base64').replace(/.{64}/g, '$&\n')],
    'hundreds of secrets with one beginning': Array.from({ length: 300 }, (_, at) => `https://host/${at}/`),
  }
  const TEXTS: Record<string, (length: number) => string> = {
    backslashes: (length) => '\\'.repeat(length),
    percents: (length) => '%25'.repeat(length / 3),
    'entities in entities': (length) => `${'&#59'.repeat(length / 5)}${';'.repeat(length / 5)}`,
    'half escapes': (length) => '\\u00%2&#x'.repeat(length / 9),
    'the secret but for its end': (length) =>
      'a'
        .repeat(4999)
        .concat('b')
        .repeat(length / 5000 + 1)
        .slice(0, length),
    'quotes in JSON in JSON': (length) => JSON.stringify(JSON.stringify('"'.repeat(length / 4))),
    beginnings: (length) => 'https://host/'.repeat(length / 13),
  }
  for (const [secret, values] of Object.entries(SECRETS)) {
    it(`grows with the length of the text alone, of n, 2n and 4n, for ${secret}`, () => {
      const redactor = new Redactor(values)
      for (const [what, make] of Object.entries(TEXTS)) {
        const times = [1, 2, 4].map((factor) => {
          const text = make(factor * 30_000)
          return Math.min(...[1, 2, 3].map(() => cpuTime(() => redactor.redactCut(text))))
        }) as [number, number, number]
        // four times as long takes four times as long; sixteen would be the square
        assert.ok(times[2] < 9 * Math.max(times[0], 10), `${what}: ${times.map((ms) => ms.toFixed(1)).join(', ')} ms`)
        assert.ok(times[2] < 2000, `${what}: ${times[2]} ms`)
      }
    }).timeout(60_000)
  }

  it('is made ready in a time that grows with the secrets alone', () => {
    const ready = (length: number) => {
      const secret = `${'\\"'.repeat(length)}x`
      const values = [secret, JSON.stringify({ a: secret })]
      return Math.min(...[1, 2, 3].map(() => cpuTime(() => new Redactor(values))))
    }
    const times = [ready(5_000), ready(10_000), ready(20_000)] as const
    assert.ok(times[2] < 9 * Math.max(times[0], 20), times.join(', '))
  })
})

/** Milliseconds of the processor, which others on the machine do not lengthen. */
function cpuTime(work: () => void): number {
  const started = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(started)
  return (user + system) / 1000
}

describe('a search for few texts', () => {
  /** More than the engine is asked for one by one. */
  const others = Array.from({ length: 30 }, (_, index) => `\u0001another-value-${index}`)

  it('finds what a search for many finds (property)', () => {
    const value = fc.string({ minLength: 6, maxLength: 20 })
    const echo = fc.constantFrom(...Object.values(ECHOES))
    const around = fc.string({ maxLength: 40 })
    fc.assert(
      fc.property(value, echo, around, around, fc.boolean(), (secret, spell, before, after, isThere) => {
        const text = before + (isThere ? spell(secret) : '') + after
        assert.equal(new Redactor([secret]).redact(text), new Redactor([secret, ...others]).redact(text))
      }),
      { numRuns: 500 },
    )
  })
})
