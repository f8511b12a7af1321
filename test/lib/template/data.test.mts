import assert from 'node:assert/strict'
import { eventWith, eventWithMetadata, json, render, text } from './fixtures.mts'

/** Texts that break careless templates. */
const ODD: Record<string, string> = {
  'a slot for the access token': 'x ${ACCESS_TOKEN} $SECRET ${SECRET} y',
  'a slot for a variable': '${event_author}',
  'patterns of String.replace': "$& $1 $$ $` $'",
  'quotes and backslashes': 'say "hi" \\ \\" \\u0041 \'',
  'line breaks and tabs': 'a\nb\r\nc\td',
  'NUL and control characters': '\u0000\u0001\u001f\u007f\u009f',
  'characters of every plane': 'Grüße, 世界, 🚀👩‍👩‍👧, العربية',
  'line separators': 'a\u2028b\u2029c',
  'a byte order mark': '\uFEFFa',
  markup: '</script><b>&amp;{{alias}}</b>',
  JSON: '", "admin": true, "x": "',
}

describe('data', () => {
  for (const [name, value] of Object.entries(ODD)) {
    it(`#75 with ${name} arrives as it is`, () => {
      const event = eventWith({ alias: value, artifact_metadata: { [value]: { value: [value] } } })
      const sent = JSON.parse(json('{"in": "<${alias}>", "out": ${alias}, "${alias}": 1}', { event }))
      assert.deepEqual(sent, { in: `<${value}>`, out: value, [value]: 1 })
      assert.deepEqual(JSON.parse(json('${event_json}', { event })), event)
      assert.deepEqual(JSON.parse(JSON.parse(json('"${event_json}"', { event }))), event)
      assert.equal(text('<${alias}>', { event }), `<${value}>`)
      assert.deepEqual(JSON.parse(text('${artifact_metadata}', { event })), event.artifact_metadata)
      assert.deepEqual(render('json', '"${alias}"', { event }).slots, [])
    })
  }

  it('#76 with a lone surrogate is escaped in JSON, and U+FFFD in text', () => {
    const event = eventWith({ alias: '\ud83d', tag: '\ude00x', artifact_metadata: { m: ['\udc00'] } })
    assert.equal(json('"${alias}"', { event }), '"\\ud83d"')
    assert.equal(json('[${alias}, "${alias}${tag}"]', { event }), '["\\ud83d", "\\ud83d\\ude00x"]')
    assert.equal(json('"${artifact_metadata}"', { event }), '"{\\"m\\":[\\"\\\\udc00\\"]}"')
    assert.equal(text('${alias}${tag} ${artifact_metadata}', { event }), '\uFFFD\uFFFDx {"m":["\\udc00"]}')
  })

  it('keeps its emoji', () => assert.equal(json('"${alias}"', { event: eventWith({ alias: '😀' }) }), '"😀"'))

  it('#77 keeps numbers as JSON in JavaScript has them', () => {
    const event = eventWithMetadata('{"n": [1e21, 1e-7, -0, 0.1, 12345678901234567890, 1.0]}')
    assert.equal(json('${artifact_metadata.n}', { event }), '[1e+21,1e-7,0,0.1,12345678901234567000,1]')
    assert.equal(json('["${artifact_metadata.n.0}", ${artifact_metadata.n.2}]', { event }), '["1e+21", 0]')
  })

  it('takes what only a flow can put into an event, and JSON cannot say, for missing', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, undefined, () => 1, Symbol('x')]) {
      const event = eventWith({ cluster: value })
      assert.equal(json('["${event.cluster}", ${event.cluster}]', { event }), '["", null]')
      assert.equal(text('<${event.cluster}>', { event }), '<>')
    }
    assert.equal(json('["${event.n}", ${event.n}]', { event: eventWith({ n: 5n }) }), '["5", 5]')
  })

  it('#73 that cannot be written as JSON at all is refused in words', () => {
    const loop: Record<string, unknown> = {}
    loop['self'] = loop
    const bad = [loop, { n: 5n }, { toJSON: () => undefined }]
    for (const value of bad) {
      for (const template of ['"${event.cluster}"', '${event.cluster}', '${event.cluster}']) {
        assert.throws(() => json(template, { event: eventWith({ cluster: value }) }), {
          code: 'event_invalid',
          message: /cannot be written as JSON/,
        })
      }
    }
  })
})

describe('the text of a template', () => {
  it('may hold lone surrogates, which become what UTF-8 can carry', () => {
    assert.equal(json('"a\ud83db${alias}"'), '"a\\ud83dbproduction"')
    assert.equal(text('a\ude00b'), 'a\uFFFDb')
    assert.equal(json('"😀"'), '"😀"')
  })
})
