import assert from 'node:assert/strict'
import { AliasFilter, parseRules } from '../../../dist/lib/alias/filter.js'
import { sampleEvent } from '../../../dist/lib/automations/samples.js'
import { AutomationError } from '../../../dist/lib/error.js'
import { EVENT_TYPES } from '../../../dist/lib/events/event.js'
import { subjectOf } from '../../../dist/lib/events/subject.js'
import { TAG_EVENTS } from '../../../dist/lib/events/vocabulary.js'

const rules = parseRules(
  '[{"pattern":"^prod","label":"Production"},{"pattern":"eu$"},{"pattern":"prod-eu","label":""}]',
)

describe('the rules of a filter', () => {
  it('are named by their label, or else by their pattern', () => {
    assert.deepEqual(
      rules.map(({ label }) => label),
      ['Production', 'eu$', 'prod-eu'],
    )
  })

  it('may be none', () => assert.deepEqual(parseRules('[]'), []))

  const refused: readonly (readonly [text: string, code: string, path: string, words: RegExp])[] = [
    ['', 'rules_invalid', '', /not JSON/],
    ['{}', 'rules_invalid', '', /not a list/],
    ['null', 'rules_invalid', '', /not a list/],
    ['[{"pattern":"a"},{"pattern":""}]', 'rules_invalid', '[1].pattern', /rule 2 has no pattern/],
    ['[{"label":"a"}]', 'rules_invalid', '[0].pattern', /rule 1 has no pattern/],
    ['[null]', 'rules_invalid', '[0].pattern', /rule 1 has no pattern/],
    ['["^prod"]', 'rules_invalid', '[0].pattern', /rule 1 has no pattern/],
    ['[{"pattern":"a","label":1}]', 'rules_invalid', '[0].label', /label of rule 1/],
    ['[{"pattern":"a"},{"pattern":"(?=b)"}]', 'pattern_invalid', '[1].pattern', /^Rule 2: .*lookahead.*at character 1/],
  ]
  for (const [text, code, path, words] of refused) {
    it(`are refused when they are ${text || 'empty'}`, () => {
      assert.throws(
        () => parseRules(text),
        (error) => {
          assert(error instanceof AutomationError)
          assert.equal(error.code, code)
          assert.match(error.message, words)
          assert.equal(error.statusText, code === 'pattern_invalid' ? 'rule 2: invalid pattern' : 'invalid rules')
          assert.deepEqual(
            error.details.map((detail) => detail.path),
            [path],
          )
          return true
        },
      )
    })
  }
})

describe('a filter', () => {
  const table: readonly (readonly [otherwise: boolean, checkAll: boolean, subject: string, outputs: number[]])[] = [
    [false, false, 'production', [0]],
    [false, false, 'prod-eu', [0]],
    [false, true, 'prod-eu', [0, 1, 2]],
    [false, true, 'staging-eu', [1]],
    [false, false, 'staging', []],
    [true, false, 'staging', [3]],
    [true, true, 'staging', [3]],
    [true, true, 'prod-eu', [0, 1, 2]],
    [true, false, '', [3]],
  ]
  for (const [otherwise, checkAll, subject, outputs] of table) {
    const how = `${checkAll ? 'checking all' : 'stopping at the first'}${otherwise ? ', with otherwise' : ''}`
    it(`${how}, lets "${subject}" out at ${JSON.stringify(outputs)}`, () => {
      assert.deepEqual(new AliasFilter({ rules, otherwise, checkAll }).outputs(subject), outputs)
    })
  }

  it('has a label for each output', () => {
    const labels = (otherwise: boolean) => new AliasFilter({ rules, otherwise, checkAll: false }).labels
    assert.deepEqual(labels(false), ['Production', 'eu$', 'prod-eu'])
    assert.deepEqual(labels(true), ['Production', 'eu$', 'prod-eu', 'otherwise'])
  })
})

describe('the subject of an event', () => {
  for (const type of EVENT_TYPES) {
    const isTag = (TAG_EVENTS as readonly string[]).includes(type)
    it(`of ${type} is its ${isTag ? 'tag' : 'alias, else its tag'}`, () => {
      const { alias, tag, ...event } = sampleEvent(type)
      assert.equal(subjectOf({ ...event, alias: 'a', tag: 't' }), isTag ? 't' : 'a')
      assert.equal(subjectOf({ ...event, alias: 'a' }), isTag ? '' : 'a')
      assert.equal(subjectOf({ ...event, tag: 't' }), 't')
      assert.equal(subjectOf(event), '')
    })
  }
})
