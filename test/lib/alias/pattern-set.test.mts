import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compilePattern, LONGEST_MATCHED, type Pattern } from '../../../dist/lib/alias/pattern.js'
import { isAnchored, requiredTexts } from '../../../dist/lib/alias/pattern-facts.js'
import { PatternSet } from '../../../dist/lib/alias/pattern-set.js'

const oneByOne = (patterns: readonly Pattern[], text: string) =>
  [...patterns.keys()].filter((place) => patterns[place]?.test(text))

const literal = fc.constantFrom('prod', 'prod-1', 'staging', 'v', '1', '-', 'é', '🚀', 'a'.repeat(40))
const source = fc.oneof(
  literal,
  literal.map((text) => `^${text}$`),
  literal.map((text) => `^${text}`),
  literal.map((text) => `${text}$`),
  literal.map((text) => `(?i)${text}`),
  literal.map((text) => `(?i)^${text}`),
  fc.tuple(literal, literal).map(([one, other]) => `(${one}|${other})`),
  fc.tuple(literal, literal).map(([one, other]) => `^${one}|${other}$`),
  fc.tuple(literal, literal).map(([one, other]) => `${one}.*${other}`),
  fc.tuple(literal, literal).map(([one, other]) => `^(?:${one})?[a-z]*${other}\\d{0,2}$`),
  fc.tuple(literal, literal).map(([one, other]) => `(${one}x|${other}.)+\\b`),
  fc.constantFrom(
    '',
    '^',
    '$',
    '.',
    '^.',
    '\\d',
    '^\\d',
    '[pv]',
    '(?m)^1',
    '^$',
    '\\bv',
    'x*',
    '^x*',
    '(?:^a|^v)',
    '(^)*v',
    '[^\\pL]',
  ),
)
const text = fc
  .array(fc.oneof(literal, fc.constantFrom('\n', ' ', 'x', 'P', 'ROD', 'y')), { maxLength: 6 })
  .map((parts) => parts.join(''))

describe('a set of patterns', () => {
  it('finds those that match one by one', function () {
    this.timeout(30_000)
    fc.assert(
      fc.property(
        fc.array(source, { maxLength: 60 }),
        fc.array(text, { minLength: 1, maxLength: 20 }),
        (sources, texts) => {
          const patterns = sources.map(compilePattern)
          const set = new PatternSet(patterns)
          for (const each of texts) assert.deepEqual(set.match(each), oneByOne(patterns, each))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('finds all of many that are alike, or the same', () => {
    const patterns = Array.from({ length: 50 }, (_, n) => compilePattern(n % 2 ? '^prod$' : `prod|x${n}`))
    assert.deepEqual(new PatternSet(patterns).match('prod'), [...patterns.keys()])
  })

  it('finds nothing when there is nothing', () => {
    assert.deepEqual(new PatternSet([]).match('prod'), [])
  })

  it('keeps its memory when texts never repeat', () => {
    const patterns = Array.from({ length: 300 }, (_, n) => compilePattern(`^[a-f]*${'[ab]'.repeat(n % 12)}[0-9]$`))
    const set = new PatternSet(patterns)
    const before = process.memoryUsage().heapUsed
    for (let n = 0; n < 300; n++) {
      const alias = `${(n * 7919).toString(2).replaceAll('0', 'a').replaceAll('1', 'b')}${n % 10}`
      assert.deepEqual(set.match(alias), oneByOne(patterns, alias))
    }
    assert(process.memoryUsage().heapUsed - before < 200 * 1024 * 1024)
  })

  it('takes the longest text that an event can hold, and finds nothing in a longer one', () => {
    const patterns = Array.from({ length: 100 }, (_, n) => compilePattern(`a{3}b${n}`))
    const set = new PatternSet(patterns)
    assert.deepEqual(set.match(`${'a'.repeat(LONGEST_MATCHED - 2)}b7`), [7])
    assert.deepEqual(set.match(`${'a'.repeat(LONGEST_MATCHED - 1)}b7`), [])
  })
})

// The set relies on what re2js finds out about a pattern and does not document: a new version has to keep it.
describe('what re2js knows of a pattern', () => {
  const anchored = ['^a', '\\Aa', '(^a)', '(?i)^a', '^(a|b)', '^.*', '(?s)^.']
  const floating = ['a', '', '(?m)^a', '^a|b', '(^a|b)', 'a^', '(?:^)?a', '.^']
  for (const pattern of anchored) it(`${pattern} begins a text`, () => assert(isAnchored(compilePattern(pattern))))
  for (const pattern of floating)
    it(`${pattern || '(nothing)'} may begin anywhere`, () => assert(!isAnchored(compilePattern(pattern))))

  const required: readonly (readonly [pattern: string, ...texts: string[][]])[] = [
    ['prod', ['prod']],
    ['^prod-\\d+$', ['prod-']],
    ['(prod|dev)-x', ['prod', 'dev'], ['-x']],
    ['a.*b', ['a'], ['b']],
    ['(?:ab)+', ['ab']],
    ['(?:ab)*'],
    ['(?i)prod'],
    ['prod|\\d'],
    ['[ab]c?'],
  ]
  for (const [pattern, ...texts] of required) {
    it(`${pattern} needs ${JSON.stringify(texts)}`, () =>
      assert.deepEqual(requiredTexts(compilePattern(pattern)), texts))
  }
})
