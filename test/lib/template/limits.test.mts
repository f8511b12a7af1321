import assert from 'node:assert/strict'
import { parseTemplate } from '../../../dist/lib/template/parse.js'
import { eventWith, json, refusal, render, text } from './fixtures.mts'

const MIB = 1024 * 1024

describe('a rendered payload', () => {
  it('has at most 1 MiB of UTF-8', () => {
    assert.equal(text('x'.repeat(MIB)).length, MIB)
    assert.equal(text('é'.repeat(MIB / 2)).length, MIB / 2)
    assert.equal(json(`"${'x'.repeat(MIB - 2)}"`).length, MIB)
    const tooLarge = { code: 'payload_too_large', message: /over 1 MiB/ }
    assert.throws(() => text('x'.repeat(MIB + 1)), tooLarge)
    assert.throws(() => text(`${'é'.repeat(MIB / 2)}x`), tooLarge)
    assert.throws(() => json(`"${'x'.repeat(MIB - 1)}"`), tooLarge)
    assert.throws(() => text('€'.repeat(MIB / 3 + 1)), tooLarge)
    assert.throws(() => json('"${alias}"', { event: eventWith({ alias: '\u0001'.repeat(MIB / 6 + 1) }) }), tooLarge)
  })

  it('#85 is given up as soon as it is larger, however often a large value is used', () => {
    let reads = 0
    const metadata = Object.defineProperty({}, 'big', {
      enumerable: true,
      get: () => {
        reads += 1
        return 'x'.repeat(MIB - 100)
      },
    })
    const template = parseTemplate(JSON.stringify(Array(1000).fill('${artifact_metadata.big}')), 'json')
    const options = { event: eventWith({ artifact_metadata: metadata }), automationName: '', missing: 'blank' } as const
    assert.throws(() => render('json', '"${artifact_metadata.big} ${artifact_metadata.big}"', options), {
      code: 'payload_too_large',
    })
    reads = 0
    assert.equal(template.names.length, 1000)
    assert.throws(() => render('json', JSON.stringify(Array(1000).fill('${artifact_metadata.big}')), options), {
      code: 'payload_too_large',
    })
    assert.equal(reads, 2)
  })
})

describe('a large text that only looks like a template', () => {
  const repeated = (text: string, length = 1e6) => text.repeat(Math.ceil(length / text.length))
  const HOSTILE: Record<string, string> = {
    dollars: repeated('$'),
    'dollars and names': repeated('$a'),
    'slots that are never closed': repeated('${', 4e6),
    'expressions that are never closed': repeated('${{', 4e6),
    'escaped expressions that are never closed': repeated('$${{', 4e6),
    'a slot of spaces': `\${a${' '.repeat(1e6)}b}`,
    'many slots of spaces': repeated(`\${a${' '.repeat(10_000)}b}`),
    sections: repeated('${#a}'),
    brackets: repeated('['),
    backslashes: `"${repeated('\\\\')}"`,
    strings: repeated('"",'),
    'line breaks': repeated('\n'),
    'a number': repeated('1'),
  }
  for (const [name, hostile] of Object.entries(HOSTILE)) {
    it(`(${name}) is read in one go`, function () {
      this.timeout(20_000)
      for (const format of ['json', 'text'] as const) {
        try {
          parseTemplate(hostile, format)
        } catch {
          assert.ok(refusal(hostile, format).issues.length <= 50)
        }
      }
    })
  }
})
