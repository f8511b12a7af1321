import assert from 'node:assert/strict'
import fc from 'fast-check'
import { exampleOf } from '../../../dist/lib/alias/example.js'
import { compilePattern, LONGEST_MATCHED } from '../../../dist/lib/alias/pattern.js'
import { PatternError } from '../../../dist/lib/alias/pattern-error.js'

function refusal(source: string): PatternError {
  try {
    compilePattern(source)
  } catch (error) {
    assert(error instanceof PatternError)
    return error
  }
  throw new assert.AssertionError({ message: `${source} was accepted` })
}

describe('a pattern', () => {
  const table: readonly (readonly [pattern: string, text: string, matches: boolean])[] = [
    ['', '', true],
    ['', 'anything', true],
    ['prod', 'preproduction', true],
    ['^prod', 'preproduction', false],
    ['^prod$', 'prod\n', false],
    ['\\Aprod\\z', 'prod', true],
    ['(?i)^PROD$', 'prod', true],
    ['^.$', '🚀', true],
    ['^.+$', 'a\nb', false],
    ['(?s)^.+$', 'a\nb', true],
    ['(?m)^b$', 'a\nb', true],
    ['^\\pL+$', '模型', true],
    ['^[[:digit:]]+$', '12', true],
    ['^\\d$', '٣', false],
    ['\\Qa.b\\E', 'a.b', true],
    ['\\Qa.b\\E', 'axb', false],
    ['(?P<kind>prod|dev)-(?<n>\\d)', 'dev-1', true],
    ['\\x{1F680}', '🚀', true],
    ['(?U)a+', 'aa', true],
    ['^${name}$', '${name}', false],
    ['${name}', 'name', false],
  ]
  for (const [pattern, text, matches] of table) {
    it(`${JSON.stringify(pattern)} ${matches ? 'matches' : 'does not match'} ${JSON.stringify(text)}`, () => {
      assert.equal(compilePattern(pattern).test(text), matches)
    })
  }

  it('#86 takes no longer for being nasty', () => {
    const start = performance.now()
    for (const pattern of ['^(a+)+$', '(.*)*x', '(a|a)*$', '(a?){50}a{50}']) {
      compilePattern(pattern).re2.test(`${'a'.repeat(50_000)}!`)
    }
    assert(performance.now() - start < 5_000)
  })

  it('matches no text that is longer than any in an event, which some patterns take seconds for', () => {
    const nasty = compilePattern('(.{1,30}x){10}$')
    const longest = 'ax'.repeat(LONGEST_MATCHED / 2)
    assert.equal(nasty.test(longest), true)
    const before = process.cpuUsage()
    for (const text of [`${longest}x`, longest.repeat(500)]) {
      assert.equal(nasty.test(text), false)
      assert.equal(compilePattern('').test(text), false)
    }
    assert(process.cpuUsage(before).user < 1_000_000)
  })

  it('is refused when it is longer than anybody writes one, before the engine reads it', () => {
    assert.throws(() => compilePattern('a|'.repeat(500_000)), { code: 'pattern_invalid', message: /10000 characters/ })
  })

  const refused: readonly (readonly [pattern: string, character: number | undefined, words: RegExp])[] = [
    ['a(?=b)', 2, /lookahead/],
    ['(?!prod)', 1, /lookahead/],
    ['(?<=a)b', 1, /lookbehind/],
    ['x(?<!a)b', 2, /lookbehind/],
    ['(a)\\1', 4, /backreference/],
    ['(?P<n>a)(?P=n)', 9, /backreference/],
    ['(?<n>a)\\k<n>', 8, /backreference/],
    ['a++', 2, /possessive/],
    ['xa*+', 3, /possessive/],
    ['a{2}+', 2, /possessive/],
    ['(?>a)', 1, /atomic/],
    ['(?#why)', 1, /comment/],
    ['(?(1)a)', 1, /condition/],
    ['(?R)', 1, /recursion/],
    ['(?|a)', 1, /branch reset/],
    ['prod\\Z', 5, /\\Z does not exist in RE2; write \\z/],
    ['\\\\\\Z', 3, /\\Z/],
    ['\\u0041', 1, /\\x\{/],
    ['\\cA', 1, /\\c/],
    ['\\C', 1, /\\C/],
    ['\\G', 1, /\\G/],
    ['\\h', 1, /other engines/],
    ['\\y', 1, /escape/],
    ['[^]', 1, /\[ is never closed/],
    ['ab[c', 3, /\[ is never closed/],
    ['[z-a]', 2, /class/],
    ['[[:wrong:]]', 2, /class/],
    ['\\p{Wrong}', 1, /class/],
    ['a**', 2, /follows another quantifier/],
    ['*a', 1, /nothing to repeat/],
    ['(|+)', 3, /nothing to repeat/],
    ['(a', 1, /\( is never closed/],
    ['(a)(b(c)', 4, /\( is never closed/],
    ['((((', 1, /\( is never closed/],
    ['\\Q(\\E[(](', 9, /\( is never closed/],
    ['(\\Qa', undefined, /\( is never closed/],
    ['a)', 2, /\) closes nothing/],
    ['(a))(', 4, /\) closes nothing/],
    ['a\\', 2, /lone backslash/],
    ['a{1001}', 2, /1,000 times/],
    ['(a{1000}){1000}', 10, /1,000 times/],
    ['(?P<n>a)(?P<n>b)', 13, /same name/],
    ['(?P<a-b>c)', 1, /named/],
    ['(?z)', 1, /kind of group/],
    ['é(?=b)', 2, /lookahead/],
    [`${'('.repeat(1001)}${')'.repeat(1001)}`, undefined, /nests too deeply/],
    ['('.repeat(500), undefined, /\( is never closed/],
  ]
  for (const [pattern, character, words] of refused) {
    it(`#86 #87 ${JSON.stringify(pattern.slice(0, 30))} is refused: ${words.source}`, () => {
      const error = refusal(pattern)
      assert.equal(error.code, 'pattern_invalid')
      assert.match(error.message, words)
      assert.equal(error.offset, character === undefined ? undefined : character - 1)
      if (character !== undefined) assert.match(error.message, new RegExp(`\\(at character ${character}\\)\\.$`))
      assert.deepEqual(
        error.details.map(({ path }) => path),
        ['pattern'],
      )
    })
  }

  it('that is refused is so by an error that can be shown, whatever it is', () => {
    const piece = fc.constantFrom(
      ...'()[]{}?*+|^$.\\-:<>=!PQEkZdpb1a,',
      '(?',
      '(?P<',
      '\\Q',
      '\\E',
      '[^',
      '{2,1}',
      '{1001}',
      '😀',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const source = pieces.join('')
        try {
          compilePattern(source).test('prod-1')
        } catch (error) {
          assert(error instanceof PatternError, String(error))
          assert(error.offset === undefined || (error.offset >= 0 && error.offset < source.length), source)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('an example of a pattern', () => {
  const table: Readonly<Record<string, string>> = {
    '': 'production',
    '^production$': 'production',
    '^stag': 'staging',
    '^v\\d+$': 'v3',
    '^prod-.*$': 'prod-1',
    '^(blue|green)-[a-z]{3}\\.x$': 'blue-aaa.x',
    '^[[:upper:]]+_[^a-z]$': 'A_1',
    '^(?P<n>ab)+c*(?:d|e)?$': 'abcd',
    '^(?i:ABC)\\b$': 'ABC',
    '^\\x41\\x{42}\\pN$': 'AB1',
    '^é🚀$': 'é🚀',
    '^.{200}$': '',
    '\\Qa.b\\E': '',
    '^\\+\\/$': '+/',
    '^$': '',
    'a\\z.': '',
  }
  for (const [pattern, example] of Object.entries(table)) {
    it(`${pattern || 'that is empty'} is ${example || 'not found'}`, () => {
      assert.equal(exampleOf(compilePattern(pattern)) ?? '', example)
    })
  }

  it('is always one that the pattern matches', () => {
    const piece = fc.constantFrom(
      'a',
      'prod',
      '-',
      '\\d',
      '\\w+',
      '[a-c]',
      '[^x]',
      '.',
      '.*',
      '(a|b)',
      '(?:x)?',
      '{2}',
      '^',
      '$',
      '\\.',
      '|',
      '\\Q',
      '\\E',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        try {
          const pattern = compilePattern(pieces.join(''))
          const example = exampleOf(pattern)
          assert(example === undefined || pattern.test(example))
        } catch (error) {
          assert(error instanceof PatternError)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
