import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { ArtifactEvent } from '../../../dist/lib/events/event.js'
import { checkSlots, fillSlots } from '../../../dist/lib/template/fill.js'
import { parseTemplate } from '../../../dist/lib/template/parse.js'
import { renderTemplate } from '../../../dist/lib/template/render.js'
import { TemplateError } from '../../../dist/lib/template/template-error.js'
import { EVENT, json } from './fixtures.mts'
import { AUTOMATION, anyEvent, anySecrets, anyTemplate, hostileText, templateLikeText } from './generated.mts'
import { readJson } from './read-json.mts'

function render(format: 'json' | 'text', template: string, event: ArtifactEvent) {
  return renderTemplate(parseTemplate(template, format), { event, automationName: AUTOMATION, missing: 'blank' })
}

describe('any event under any JSON template', () => {
  it('#79 renders to JSON that says what the template says', () => {
    fc.assert(
      fc.property(anyTemplate({ withSecrets: false }), anyEvent, (template, event) => {
        const { text, slots } = render('json', template.template, event)
        assert.deepStrictEqual(readJson(text), template.expected(event, {}))
        assert.deepEqual(slots, [])
        assert.ok(!/\p{Surrogate}/u.test(text))
      }),
      { numRuns: 1000 },
    )
  })

  it('and any secrets are sent as JSON that says the same', () => {
    fc.assert(
      fc.property(anyTemplate({ withSecrets: true }), anyEvent, anySecrets, (template, event, secrets) => {
        const { text, slots } = render('json', template.template, event)
        const resolve = (name: string) => (Object.hasOwn(secrets, name) ? secrets[name] : undefined)
        const sent = fillSlots(text, slots, resolve)
        assert.deepStrictEqual(readJson(sent), template.expected(event, secrets))
      }),
      { numRuns: 1000 },
    )
  })

  it('finds its slots where it says they are', () => {
    fc.assert(
      fc.property(anyTemplate({ withSecrets: true }), anyEvent, ({ template }, event) => {
        const { text, slots } = render('json', template, event)
        assert.deepEqual(checkSlots(text, slots), slots)
        for (const { offset, text: written } of slots) assert.ok(text.startsWith(written, offset))
        const { names } = parseTemplate(template, 'json')
        for (const { name, offset, length } of names) assert.ok(template.slice(offset, offset + length).includes(name))
      }),
    )
  })
})

describe('the layout of a template', () => {
  it('is kept byte for byte when it has no slots', () => {
    const spaced = fc.tuple(fc.jsonValue(), fc.integer({ min: 0, max: 4 }))
    fc.assert(
      fc.property(spaced, ([value, indent]) => {
        const template = `\n${JSON.stringify(value, null, indent)}\t `.replaceAll('$', '\\u0024')
        assert.equal(json(template), template)
      }),
    )
  })

  it('is kept byte for byte around its slots', () => {
    const blank = { event_type: 'LINK_ARTIFACT' } as unknown as ArtifactEvent
    const text = hostileText.map((part) => JSON.stringify(part).slice(1, -1).replaceAll('$', '\\u0024'))
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), (texts) => {
        const { text: rendered } = render('json', ` "${texts.join('${alias}')}"\n`, blank)
        assert.equal(rendered, ` "${texts.join('')}"\n`)
      }),
    )
  })
})

describe('any text', () => {
  const probe = (template: string) => {
    try {
      return parseTemplate(template, 'json')
    } catch (error) {
      return error
    }
  }

  it('is a template, or refused with places that lie inside it', () => {
    fc.assert(
      fc.property(templateLikeText, fc.constantFrom('json' as const, 'text' as const), (text, format) => {
        try {
          parseTemplate(text, format)
        } catch (error) {
          assert.ok(error instanceof TemplateError, String(error))
          const lines = text.split(/\r\n|\r|\n/)
          for (const { offset, length, line, column } of error.issues) {
            assert.ok(offset >= 0 && length >= 0 && offset + length <= text.length)
            assert.ok(line >= 1 && line <= lines.length && column >= 1)
            assert.ok(column <= (lines[line - 1]?.length ?? 0) + 2, `${line}:${column}`)
          }
        }
      }),
      { numRuns: 5000 },
    )
  })

  it('without dollars is a JSON template exactly when it is JSON', () => {
    const anyText = fc.oneof(
      templateLikeText,
      fc.json(),
      fc.json().map((text) => text.slice(0, -1)),
    )
    fc.assert(
      fc.property(anyText, (text) => {
        const template = text.replaceAll('$', '').replace(/^\uFEFF/, '')
        fc.pre(template.trim() !== '' && !template.startsWith('\uFEFF'))
        const isJson = (() => {
          try {
            JSON.parse(template)
            return true
          } catch {
            return false
          }
        })()
        assert.equal(probe(template) instanceof TemplateError, !isJson)
      }),
      { numRuns: 5000 },
    )
  })

  it('that is a JSON template renders to JSON, and stays JSON when it is filled', () => {
    let templates = 0
    const pieces = fc.array(templateLikeText, { maxLength: 3 })
    fc.assert(
      fc.property(
        fc.oneof(
          templateLikeText,
          pieces.map((texts) => JSON.stringify(texts).replaceAll('\\"', '"')),
        ),
        (text) => {
          const template = probe(text)
          if (template instanceof Error) return
          templates += 1
          const { text: rendered, slots } = render('json', text, EVENT)
          JSON.parse(fillSlots(rendered, slots, () => 'a "secret"\n'))
        },
      ),
      { numRuns: 5000 },
    )
    assert.ok(templates > 50, `${templates}`)
  })

  it('in the text format is never touched but for its slots', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const template = text.replaceAll('$', '')
        assert.equal(render('text', template, EVENT).text, template)
      }),
    )
  })
})

describe('any slots that came with any payload', () => {
  it('are accepted only where each secret lands as it should', () => {
    const slot = fc.record({
      name: fc.constantFrom('SECRET', 'ACCESS_TOKEN'),
      offset: fc.nat(30),
      text: fc.constantFrom('${SECRET}', '${ACCESS_TOKEN}', '$SECRET'),
      as: fc.constantFrom('json-text', 'json-value'),
    })
    const payload = fc
      .array(fc.constantFrom('${SECRET}', '${ACCESS_TOKEN}', '$SECRET', '"', '\\', '{', '}', '[', ']', ':', ',', '1'), {
        maxLength: 9,
      })
      .map((parts) => parts.join(''))
    // Any slot that fits by its text, so that only its place decides.
    const fitting = payload.chain((text) => {
      const found = [...text.matchAll(/\$\{(\w+)\}|\$(SECRET)/g)].map(({ 0: written, 1: braced, 2: bare, index }) => ({
        name: braced ?? bare ?? '',
        offset: index,
        text: written,
      }))
      const places = fc.array(fc.constantFrom('json-text', 'json-value'), {
        minLength: found.length,
        maxLength: found.length,
      })
      return places.map((as) => ({ text, slots: found.map((slot, at) => ({ ...slot, as: as[at] })) }))
    })
    const arbitrary = fc.record({ text: payload, slots: fc.array(slot, { maxLength: 3 }) })
    fc.assert(
      fc.property(fc.oneof(fitting, arbitrary), ({ text, slots }) => {
        let sent: string
        try {
          sent = fillSlots(text, slots, () => 'sec"ret')
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'payload_changed')
          return
        }
        if (slots.length > 0) JSON.parse(sent)
      }),
      { numRuns: 5000 },
    )
  })
})
