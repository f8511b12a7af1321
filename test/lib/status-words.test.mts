import assert from 'node:assert/strict'
import fc from 'fast-check'
import { STATUS_WORDS, type StatusPart, sayStatus, statusPart } from '../../dist/lib/status-words.js'

/** A language of which every word is known. */
const pseudo = ({ words, values }: StatusPart): string =>
  `[${[words, ...Object.values(values)].map((each) => each.toString()).join('|')}]`

describe('the words of a status', () => {
  it('are recognized, each, with what is filled in', () => {
    for (const [words, text] of Object.entries(STATUS_WORDS)) {
      const values = Object.fromEntries([...text.matchAll(/__(\w+?)__/g)].map(([, name = ''], at) => [name, `v${at}`]))
      const filled = text.replaceAll(/__(\w+?)__/g, (_, name) => values[name] ?? '')
      assert.deepEqual(statusPart(filled), { words, values }, filled)
    }
  })

  for (const [status, said] of [
    ['listening', '[listening]'],
    ['secret GITHUB_TOKEN missing · 1 waiting', '[secret-name-missing|GITHUB_TOKEN] · [number-waiting|1]'],
    ['3 waiting · 503 · next 12:03', '[number-waiting|3] · 503 · [next-time|12:03]'],
    ['200 · 12:03:04', '200 · 12:03:04'],
    [
      'ADD_ARTIFACT_ALIAS · Mon 12:03 · 2 refused 12:04',
      'ADD_ARTIFACT_ALIAS · Mon 12:03 · [number-refused-time|2|12:04]',
    ],
    ['1 refused 12:03: invalid event', '[number-refused-time-why|1|12:03|[invalid-event]]'],
    ['last event 12:03 did not fit: alias', '[last-event-time-did-not-fit-condition|12:03|alias]'],
    [
      'polled 12:03, 40 to list, left out: resnet and 2 more',
      '[polled-time|12:03], [number-to-list|40], [left-out-what-and-number-more|resnet|2]',
    ],
    ['template: line 3, column 14', '[template-line-line-column-column|3|14]'],
    ['W&B says 502 · last poll 12:03', '[wb-says-number|502] · [last-poll-time|12:03]'],
    ['200, not accepted · 12:03:04', '[number-not-accepted|200] · 12:03:04'],
    ['', ''],
  ] as const) {
    it(`say "${status}" in another language`, () => assert.equal(sayStatus(status, pseudo), said))
  }

  it('leave what is not theirs as it is, whatever it is', () => {
    const english = ({ words, values }: StatusPart) =>
      STATUS_WORDS[words].replaceAll(/__(\w+?)__/g, (_, name) => values[name] ?? '')
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => sayStatus(text, english) === text))
  })
})
