import assert from 'node:assert/strict'
import { checkSlots, fillSlots } from '../../../dist/lib/template/fill.js'
import { EVENT, eventWith, render } from './fixtures.mts'

const SECRETS: Readonly<Record<string, string>> = {
  ACCESS_TOKEN: 'token-1',
  SECRET: 'value-1',
  ODD: 'q"b\\n\n$& ${alias} ${SECRET} 😀\ud800',
  LONGER: 'value-2',
  EMPTY: '',
}
const ODD_IN_TEXT = SECRETS['ODD']?.replace('\ud800', '\uFFFD')
const resolve = (name: string) => (Object.hasOwn(SECRETS, name) ? SECRETS[name] : undefined)

/** What is sent of a template. */
function sent(format: 'json' | 'text', template: string, event = EVENT): string {
  const { text, slots } = render(format, template, { event })
  return fillSlots(text, slots, resolve)
}

describe('a secret', () => {
  it('stays a slot when a template is rendered, and reads there as the template wrote it', () => {
    const template = '{"${alias}": "a ${ SECRET }", "b": ${ACCESS_TOKEN}, "c": "😀$$$SECRET $${SECRET} $$$${ODD}"}'
    const { text, slots } = render('json', template)
    assert.equal(text, '{"production": "a ${ SECRET }", "b": ${ACCESS_TOKEN}, "c": "😀$$$SECRET ${SECRET} $${ODD}"}')
    assert.deepEqual(slots, [
      { name: 'SECRET', offset: 18, text: '${ SECRET }', as: 'json-text' },
      { name: 'ACCESS_TOKEN', offset: 37, text: '${ACCESS_TOKEN}', as: 'json-value' },
      { name: 'SECRET', offset: 62, text: '$$$SECRET', as: 'json-text' },
    ])
    for (const { offset, text: written } of slots) assert.equal(text.slice(offset, offset + written.length), written)
    assert.deepEqual(render('text', '$SECRET${ODD}').slots, [
      { name: 'SECRET', offset: 0, text: '$SECRET', as: 'raw' },
      { name: 'ODD', offset: 7, text: '${ODD}', as: 'raw' },
    ])
  })

  const FILLED: [format: 'json' | 'text', template: string, sent: string][] = [
    ['json', '"Bearer ${ACCESS_TOKEN}"', '"Bearer token-1"'],
    ['json', '{"t": ${ACCESS_TOKEN}, "${SECRET}": "${ SECRET }"}', '{"t": "token-1", "value-1": "value-1"}'],
    ['json', '["${ODD}", ${ODD}]', `[${JSON.stringify(SECRETS['ODD'])}, ${JSON.stringify(SECRETS['ODD'])}]`],
    ['json', '["${EMPTY}", ${EMPTY}]', '["", ""]'],
    ['json', '"$SECRET"', '"value-1"'],
    ['json', '"$SECRET.x $SECRET-$SECRET\\n"', '"value-1.x value-1-value-1\\n"'],
    ['json', '"$ODD"', JSON.stringify(SECRETS['ODD'])],
    ['json', '"$$SECRET $$$SECRET $$$$SECRET"', '"$SECRET $value-1 $$SECRET"'],
    ['json', '"$LONGER $SECRETS $SECRET_2 $SECRETé"', '"value-2 $SECRETS $SECRET_2 value-1é"'],
    ['json', '{"$schema": "$$schema $$$schema"}', '{"$schema": "$$schema $$$schema"}'],
    ['json', '"$alias $ACCESS_TOKEN $$event_json"', '"$alias $ACCESS_TOKEN $$event_json"'],
    ['json', '"$${SECRET} $$$${SECRET}"', '"${SECRET} $${SECRET}"'],
    ['json', '"$$${SECRET}"', '"$value-1"'],
    ['json', '"${{ secrets.SECRET }} ${{ $SECRET }}"', '"${{ secrets.SECRET }} ${{ $SECRET }}"'],
    ['text', 'Bearer ${ACCESS_TOKEN}, $SECRET', 'Bearer token-1, value-1'],
    ['text', '<${ODD}|$ODD>', `<${ODD_IN_TEXT}|${ODD_IN_TEXT}>`],
    ['text', '$$SECRET $$$SECRET $UNKNOWN $$UNKNOWN', '$SECRET $value-1 $UNKNOWN $$UNKNOWN'],
  ]
  for (const [format, template, expected] of FILLED) {
    it(`in ${format} ${template} is sent as ${JSON.stringify(expected)}`, () => {
      assert.equal(sent(format, template), expected)
      if (format === 'json') JSON.parse(expected)
    })
  }

  it('#83 is never put where the event itself says so', () => {
    const event = eventWith({ alias: '${ACCESS_TOKEN} $SECRET ${SECRET}', tag: '${ACC', run_id: 'ESS_TOKEN}' })
    assert.equal(
      sent('json', '"${alias} ${SECRET} ${tag}${run_id}"', event),
      '"${ACCESS_TOKEN} $SECRET ${SECRET} value-1 ${ACCESS_TOKEN}"',
    )
    assert.equal(sent('text', '${alias} ${SECRET}', event), '${ACCESS_TOKEN} $SECRET ${SECRET} value-1')
  })

  it('#84 stands next to data that looks like its dollars or its name', () => {
    const event = eventWith({ alias: '$', tag: 'S2' })
    assert.equal(sent('json', '"${alias}$SECRET${tag} ${alias}${SECRET}"', event), '"$value-1S2 $value-1"')
  })

  it('that the webhook does not grant is an error that names it', () => {
    assert.throws(() => sent('json', '"${UNKNOWN}"'), {
      code: 'secret_unknown',
      message: /\$\{UNKNOWN\}.*no secret of this name/,
    })
    assert.throws(() => sent('text', '${UNKNOWN}'), { code: 'secret_unknown', statusText: 'no secret UNKNOWN' })
  })

  it('is an error when it is the access token and there is none', () => {
    const { text, slots } = render('json', '${ACCESS_TOKEN}')
    assert.throws(() => fillSlots(text, slots, () => undefined), { code: 'token_missing', message: /no access token/ })
  })

  it('is never in an error', () => {
    const { text, slots } = render('json', '["${SECRET}", "${UNKNOWN}"]')
    assert.throws(
      () => fillSlots(text, slots, resolve),
      (error) => !String((error as Error).stack).includes('value-1'),
    )
  })

  it('may not make the payload more than 1 MiB', () => {
    const { text, slots } = render('text', '${SECRET}')
    const of = (length: number) => () => 'é'.repeat(length)
    assert.equal(fillSlots(text, slots, of(512 * 1024)).length, 512 * 1024)
    assert.throws(() => fillSlots(text, slots, of(512 * 1024 + 1)), { code: 'payload_too_large' })
  })
})

describe('a payload with secrets', () => {
  const TEXT = '{"a": "x ${SECRET}", "b": ${SECRET}, "c": "$SECRET"}'
  const { slots: SLOTS } = render('json', TEXT)
  const [first, , third] = SLOTS

  it('is accepted as the template rendered it, and as the store gives it back', () => {
    assert.deepEqual(checkSlots(TEXT, SLOTS), SLOTS)
    assert.deepEqual(checkSlots(TEXT, JSON.parse(JSON.stringify(SLOTS))), SLOTS)
  })

  it('may still change where no secret stands', () => {
    assert.equal(
      fillSlots(TEXT.replace('x', 'y'), SLOTS, resolve),
      '{"a": "y value-1", "b": "value-1", "c": "value-1"}',
    )
  })

  it('needs no slots at all', () => {
    for (const none of [undefined, null, []]) {
      assert.deepEqual(checkSlots('no JSON', none), [])
      assert.deepEqual(checkSlots(null, none), [])
      assert.equal(fillSlots('${SECRET}', none, resolve), '${SECRET}')
    }
  })

  it('gives back the slots with nothing else in them', () => {
    assert.deepEqual(
      checkSlots(
        TEXT,
        SLOTS.map((slot) => ({ ...slot, extra: 1 })),
      ),
      SLOTS,
    )
  })

  const OTHER_TEXTS: Record<string, string | null> = {
    'is no text': null,
    'is empty': '',
    'is another text': '{"a": 1}',
    'is longer at the start': ` ${TEXT}`,
    'is shorter at the end': TEXT.slice(0, -1),
    'has other text at an offset': TEXT.replace('${SECRET}', '${SECREt}'),
    'has a quote before a slot': TEXT.replace('x', '"'),
    'has a backslash before a slot': TEXT.replace('x ', 'x\\'),
    'has a \\u before a slot': TEXT.replace('{"a": "x ', '{"a":"\\u0'),
    'has a slot for a text outside of a string': TEXT.replace('"x ${SECRET}"', '   ${SECRET} '),
    'has a slot for a value inside of a string': TEXT.replace(' ${SECRET},', '"${SECRET}"'),
    'has a slot as a bare key': TEXT.replace('{"a": "x ${SECRET}"', '{{a :    ${SECRET}:'),
    'has a slot glued to a number': TEXT.replace(' ${SECRET},', '1${SECRET},'),
    'is no JSON any more': TEXT.replace('"a"', ' a '),
    'has more after it': `${TEXT} {}`,
  }
  for (const [change, text] of Object.entries(OTHER_TEXTS)) {
    it(`is refused when it ${change}`, () => {
      assert.notEqual(text, TEXT)
      assert.throws(() => checkSlots(text, SLOTS), { code: 'payload_changed' })
      if (text !== null) assert.throws(() => fillSlots(text, SLOTS, resolve), { code: 'payload_changed' })
    })
  }

  // Without any of its slots this is JSON too, so that nothing but the forgery is wrong.
  const STRINGS = '["x ${SECRET}", "$$SECRET"]'
  const [braced, bare] = render('json', STRINGS).slots
  const FORGED: Record<string, unknown> = {
    'are no list': { 0: braced },
    'are text': 'SECRET',
    'are true': true,
    'hold nothing': [undefined],
    'hold null': [braced, null],
    'hold a list': [[braced]],
    'have holes': new Array(3),
    'have no end': Object.assign([], { length: 2 ** 32 - 1 }),
    'are in another order': [bare, braced],
    'are there twice': [braced, braced],
    overlap: [bare, { ...bare, offset: 18, text: '$SECRET' }],
    'have another name': [{ ...braced, name: 'OTHER' }],
    'have a name that is no name': [{ ...braced, name: 'a b', text: '${a b}' }],
    'have a name that is no text': [{ ...braced, name: ['SECRET'] }],
    'have no text': [{ ...braced, text: '' }],
    'have a text that is no slot': [{ ...braced, offset: 2, text: 'x' }],
    'ask for something else than they show': [{ ...bare, name: 'ECRET' }],
    'have a negative offset': [{ ...braced, offset: -1 }],
    'have half an offset': [{ ...braced, offset: 4.5 }],
    'have an offset that is text': [{ ...braced, offset: '4' }],
    'have an offset that is no number': [{ ...braced, offset: Number.NaN }],
    'have an offset beyond the end': [{ ...braced, offset: 1e9 }],
    'have an endless offset': [{ ...braced, offset: Number.POSITIVE_INFINITY }],
    'have another place': [{ ...braced, as: 'json-value' }],
    'have an unknown place': [{ ...braced, as: 'html' }],
    'have no place': [{ ...braced, as: undefined }],
    'are half of JSON and half of text': [braced, { ...bare, as: 'raw' }],
    'are half of text and half of JSON': [{ ...braced, as: 'raw' }, bare],
  }
  it('may lose slots', () => assert.deepEqual(checkSlots(STRINGS, [bare]), [bare]))

  for (const [forgery, slots] of Object.entries(FORGED)) {
    it(`is refused when its slots ${forgery}`, () => {
      assert.throws(() => checkSlots(STRINGS, slots), { code: 'payload_changed', message: /nothing is sent/ })
    })
  }

  it('is refused when a slot names what no secret can be called', () => {
    const forged =
      (text: string, name: string, as = 'json-text') =>
      () =>
        checkSlots(`"${text}"`, [{ name, offset: 1, text, as }])
    assert.throws(forged('${alias}', 'alias'), { code: 'payload_changed' })
    assert.throws(forged('$alias', 'alias'), { code: 'payload_changed' })
    assert.throws(forged('$ACCESS_TOKEN', 'ACCESS_TOKEN'), { code: 'payload_changed' })
    assert.throws(forged('${SECRET\n}', 'SECRET'), { code: 'payload_changed' })
    assert.doesNotThrow(forged('${ACCESS_TOKEN}', 'ACCESS_TOKEN'))
  })

  it('is refused when a slot without braces claims to be a value', () => {
    const slot = { name: 'SECRET', offset: 0, text: '$SECRET', as: 'json-value' }
    assert.throws(() => checkSlots('$SECRET', [slot]), { code: 'payload_changed' })
  })

  it('is refused when a slot that stands for a value is left out', () => {
    assert.throws(() => checkSlots(TEXT, [first, third]), { code: 'payload_changed' })
  })
})
