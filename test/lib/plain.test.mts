import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { compilePattern } from '../../dist/lib/alias/pattern.js'
import { isPlainPattern } from '../../dist/lib/alias/plain-pattern.js'
import { isPlainSchedule } from '../../dist/lib/delivery/plain-schedule.js'
import { DEFAULT_SCHEDULE, parseSchedule } from '../../dist/lib/delivery/schedule.js'
import { RECIPES } from '../../dist/lib/recipes/payloads.js'
import { parseTemplate } from '../../dist/lib/template/parse.js'
import { isPlainTemplate } from '../../dist/lib/template/plain-template.js'
import { isPlainUrl } from '../../dist/lib/webhook/plain-url.js'
import { parseWebhookUrl } from '../../dist/lib/webhook/url.js'

/** Texts of pieces that are near what people write, and of ones that spoil it. */
const madeOf = (...pieces: string[]) =>
  fc.array(fc.constantFrom(...pieces), { maxLength: 9 }).map((chosen) => chosen.join(''))

/** What is plain is right to the code that decides at run time: a node is never taken for right that is wrong. */
function holds(texts: fc.Arbitrary<string>, isPlain: (text: string) => boolean, use: (text: string) => unknown): void {
  let plain = 0
  fc.assert(
    fc.property(texts, (text) => {
      if (!isPlain(text)) return
      plain += 1
      assert.doesNotThrow(() => use(text), text)
    }),
    { numRuns: 5000 },
  )
  assert.ok(plain > 50, `only ${plain} were plain`)
}

describe('what a page takes for right before it has the code that decides', () => {
  it('are patterns that RE2 takes too', () => {
    const pieces = [
      'a',
      '^',
      '$',
      '(',
      ')',
      '|',
      '*',
      '+',
      '?',
      '.',
      '\\d',
      '\\',
      '[0-9]',
      '[',
      ']',
      'z-a',
      '{2}',
      '(?:',
    ]
    holds(madeOf(...pieces, '{', ',', '(?i)', '(?=', '\\1', '$^'), isPlainPattern, compilePattern)
  })

  for (const format of ['json', 'text', 'form'] as const) {
    it(`are templates of the format ${format} that the parser takes too`, () => {
      const pieces = [
        '{',
        '}',
        '"',
        ':',
        ',',
        '[',
        ']',
        '1',
        '-',
        'e',
        '.',
        ' ',
        '\n',
        '${alias}',
        '${event.x}',
        '${event}',
      ]
      const more = [
        '${event.}',
        '${ACCESS_TOKEN}',
        '$NAME',
        '$',
        '$${x}',
        '{{x}}',
        '${{ y }}',
        '${artifact_metadata.a}',
        '"a"',
      ]
      const texts = fc.oneof(
        madeOf(...pieces, ...more),
        madeOf(...pieces, ...more).map((inside) => `{"a": ${inside}}`),
        madeOf('${alias}', '${event.x}', '${event}', '${event_json}', 'x', ' ', '\\n').map(
          (inside) => `{"a": "${inside}"}`,
        ),
      )
      holds(
        texts,
        (text) => isPlainTemplate(text, format),
        (text) => parseTemplate(text, format),
      )
    })
  }

  it('are URLs that a webhook takes too', () => {
    const pieces = [
      'https://',
      'http://',
      'example',
      '.com',
      '.',
      ':80',
      ':99999',
      '/',
      'YOUR',
      'a-b',
      '--',
      '1',
      '0x7f',
      '?a=b',
    ]
    holds(
      madeOf(...pieces, '127.0.0.1', 'localhost', '@', '{x}', ' ', 'OWNER', 'xn--', '#').map(
        (rest) => `https://a${rest}`,
      ),
      isPlainUrl,
      parseWebhookUrl,
    )
  })

  it('are schedules that a webhook takes too', () => {
    holds(madeOf('5', '24', '25', 's', 'm', 'ms', 'h', ', ', ',', ' ', '-', '1h'), isPlainSchedule, parseSchedule)
    assert.equal(isPlainSchedule(DEFAULT_SCHEDULE), true)
  })

  it('is what people write: the recipes, and the patterns and templates of the examples', () => {
    for (const { id, template } of RECIPES) assert.equal(isPlainTemplate(template, 'json'), true, id)
    const folder = new URL('../../examples/', import.meta.url)
    for (const file of readdirSync(folder)) {
      const nodes: Record<string, string>[] = JSON.parse(
        readFileSync(new URL(encodeURIComponent(file), folder), 'utf8'),
      )
      for (const { pattern, template, format = 'json' } of nodes) {
        if (pattern !== undefined) assert.equal(isPlainPattern(pattern), true, `${file}: ${pattern}`)
        if (template !== undefined) assert.equal(isPlainTemplate(template, format), true, `${file}: ${template}`)
      }
    }
    for (const pattern of [
      '',
      '^production$',
      '^v\\d+$',
      'prod|staging',
      '^(production|staging)$',
      '^v[0-9]+\\.[0-9]+$',
    ])
      assert.equal(isPlainPattern(pattern), true, pattern)
    for (const url of [
      'https://hooks.slack.com/services/T0/B0/xyz',
      'http://127.0.0.1:8080/hook',
      'https://api.github.com/repos/acme/ml/dispatches',
    ])
      assert.equal(isPlainUrl(url), true, url)
  })
})
