import assert from 'node:assert/strict'
import fc from 'fast-check'
import { sampleEvent } from '../../../dist/lib/automations/samples.js'
import { fillSlots } from '../../../dist/lib/template/fill.js'
import { parseTemplate } from '../../../dist/lib/template/parse.js'
import { renderTemplate } from '../../../dist/lib/template/render.js'
import type { TemplateFormat } from '../../../dist/lib/template/template.js'

function rendered(text: string, event: object = {}, secrets: Record<string, string> = {}) {
  const data = { event: { ...sampleEvent('ADD_ARTIFACT_ALIAS'), ...event }, automationName: 'deploy' }
  const { text: body, slots } = renderTemplate(parseTemplate(text, 'form'), { ...data, missing: 'blank' })
  return fillSlots(body, slots, (name) => secrets[name])
}

/** As the WHATWG URL Standard reads `application/x-www-form-urlencoded`: Node.js’ own implementation is the judge. */
const fields = (body: string) => [...new URLSearchParams(body)]

describe('a template of the format form', () => {
  it('keeps its own fields, whatever an alias holds', () => {
    const body = rendered('token=${T}&alias=${alias}', { alias: 'a b&ref=evil' }, { T: 'x&y=z +%' })
    assert.equal(body, 'token=x%26y%3Dz+%2B%25&alias=a+b%26ref%3Devil')
    assert.deepEqual(fields(body), [
      ['token', 'x&y=z +%'],
      ['alias', 'a b&ref=evil'],
    ])
  })

  it('has slots in names too, objects as JSON, and nothing for what is missing', () => {
    const event = { alias: 'a=b', tag: undefined, artifact_metadata: { 'k&': ['ü', 1] } }
    assert.deepEqual(
      fields(rendered('${alias}=1&m=${artifact_metadata}&n=${artifact_version_index}&t=${tag}', event)),
      [
        ['a=b', '1'],
        ['m', '{"k&":["ü",1]}'],
        ['n', String(sampleEvent('ADD_ARTIFACT_ALIAS').artifact_version_index)],
        ['t', ''],
      ],
    )
  })

  it('fills $NAME without braces where there is such a secret, and leaves it as text where not', () => {
    assert.deepEqual(fields(rendered('a=$T&b=$U&c=$$T', {}, { T: 'x&y' })), [
      ['a', 'x&y'],
      ['b', '$U'],
      ['c', '$T'],
    ])
  })

  it('may have a line for each field: line breaks are layout, and other text of its own is encoded', () => {
    const body = rendered('title=New version: ${alias}\n  & text=Grüße <b>"#1"</b>\r\n\t&done=%20+\n', { alias: 'v 1' })
    assert.doesNotMatch(body, /[^!-~]/)
    assert.deepEqual(fields(body), [
      ['title', 'New version: v 1'],
      [' text', 'Grüße <b>"#1"</b>'],
      ['done', '  '],
    ])
  })

  it('has the values that were put in, and no other field (property)', () => {
    const value = fc.string({ unit: 'binary', maxLength: 20 })
    fc.assert(
      fc.property(value, value, value, (alias, author, secret) => {
        fc.pre(alias !== '' && author !== '' && secret !== '')
        const body = rendered(
          'a=${alias}&b=x${event_author}y&${alias}=c&s=${T}',
          { alias, event_author: author },
          { T: secret },
        )
        assert.match(body, /^[!-~]*$/)
        assert.deepEqual(fields(body), [
          ['a', alias.toWellFormed()],
          ['b', `x${author.toWellFormed()}y`],
          [alias.toWellFormed(), 'c'],
          ['s', secret.toWellFormed()],
        ])
      }),
    )
  })

  it('is empty when it is blank, unlike one of JSON', () => {
    assert.equal(rendered(''), '')
  })
})

describe('a format that there is not', () => {
  for (const format of ['Form', 'forms', 'JSON', '', undefined]) {
    it(`${format}: is refused in words`, () => {
      assert.throws(() => parseTemplate('a=${alias}', format as TemplateFormat), {
        code: 'template_invalid',
        message: /The format is none of json, text, form/,
      })
    })
  }
})
