import assert from 'node:assert/strict'
import { AutomationError } from '../../../dist/lib/error.js'
import { TemplateError } from '../../../dist/lib/template/template-error.js'
import { refusal } from './fixtures.mts'

type Refused = [template: string, line: number, column: number, because: RegExp]

/** What stands between the braces; refused in both formats. */
const NAMES: Refused[] = [
  ['"${}"', 1, 2, /no name between the braces/],
  ['"${ \t }"', 1, 2, /no name between the braces/],
  ['"${a b}"', 1, 2, /“a b” is no name/],
  ['"${a-b}"', 1, 2, /“a-b” is no name/],
  ['"${1a}"', 1, 2, /“1a” is no name/],
  ['"${alias.x}"', 1, 2, /“alias.x” is no name/],
  ['"${ACCESS_TOKEN.x}"', 1, 2, /no name/],
  ['"${Event.x}"', 1, 2, /no name/],
  ['"${größe}"', 1, 2, /no name/],
  ['"${\u00a0alias}"', 1, 2, /“U\+00A0alias” is no name/],
  ['"${event}"', 1, 2, /Write \$\{event_json\}/],
  ['"${event.}"', 1, 2, /field after event\. is missing/],
  ['"${ event. }"', 1, 2, /field after event\. is missing/],
  ['"${artifact_metadata.}"', 1, 2, /key after artifact_metadata\. is missing/],
  ['"${#alias}"', 1, 2, /sections/],
  ['"${/alias}"', 1, 2, /sections/],
  ['"${^alias}"', 1, 2, /sections/],
  ['"${ #alias }"', 1, 2, /sections/],
  ['"${\u00a0#alias}"', 1, 2, /sections/],
  ['"${>alias}"', 1, 2, /partials/],
  ['"${!alias}"', 1, 2, /comments/],
  ['"${&alias}"', 1, 2, /& is not needed/],
  ['"${=<% %>=}"', 1, 2, /delimiters/],
  ['"${ {alias}}"', 1, 2, /one pair of braces/],
  ['"${ali\nas}"', 1, 2, /line break/],
  ['"${alias\r\n}"', 1, 2, /line break/],
  ['"${artifact_metadata.a\u2028b}"', 1, 2, /line break/],
  ['"${artifact_metadata.a${b}"', 1, 2, /not closed before the next/],
  ['"a\\n${a\n${alias}"', 1, 5, /not closed before the next/],
  ['"${alias"', 1, 2, /never closed: its \}/],
  ['"$$${alias"', 1, 4, /never closed: its \}/],
  ['"${{ alias }"', 1, 2, /never closed: its \}\}/],
  ['"$$${{ alias"', 1, 4, /never closed: its \}\}/],
]

/** What keeps the text around the slots from being JSON; refused in JSON only. */
const JSON_TEXTS: Refused[] = [
  ['{"k": 1${alias}}', 1, 8, /whole JSON value, and here it is glued/],
  ['{"k": -${alias}}', 1, 7, /“-” is no JSON value/],
  ['{"k": ${alias}1}', 1, 15, /“1” is glued to it/],
  ['{"k": ${alias}"x"}', 1, 15, /glued/],
  ['{"k": "x"${alias}}', 1, 10, /glued/],
  ['{"k": ${alias}${tag}}', 1, 15, /glued/],
  ['[${alias} ${tag}]', 1, 11, /comma between/],
  ['${alias} x', 1, 10, /JSON is complete before “x”/],
  ['tr${alias}ue', 1, 1, /“tr” is no JSON value/],
  ['{${alias}: 1}', 1, 2, /bare key/],
  ['{"a": 1, ${alias}: 1}', 1, 10, /bare key/],
  ['{"a" ${alias}}', 1, 6, /colon missing/],
  ['"\\${alias}"', 1, 3, /single backslash/],
  ['"\\\\\\${alias}"', 1, 5, /single backslash/],
  ['"\\u${alias}"', 1, 4, /inside \\u/],
  ['"\\u00e${alias}"', 1, 7, /inside \\u/],
  ['"\\$NAME"', 1, 3, /single backslash/],
  ['"\\u00$NAME"', 1, 6, /inside \\u/],
  ['{"a": $NAME}', 1, 7, /\$NAME without braces stands only inside double quotes; write \$\{NAME\}/],
  ['{"a": $alias}', 1, 7, /write \$\{alias\}/],
  ['{"a": $$NAME}', 1, 7, /only inside double quotes/],
  ['{"a": ${{ x }}}', 1, 7, /put it inside double quotes/],
  ['{"a": "${{ x", "b": {"c": 1}}', 1, 8, /not closed within its string/],
  ['{"a": $${alias}}', 1, 7, /“\$” is no JSON value|no JSON value/],
  ['hello ${alias}', 1, 1, /“hello” is no JSON value; text stands in double quotes/],
  ["{'a': 1}", 1, 2, /JSON has a key in double quotes or \} here/],
  ['{"a": \'b\'}', 1, 7, /single ones/],
  ['{"a": 1, }', 1, 10, /comma too many/],
  ['[1,]', 1, 4, /comma too many/],
  ['{"a": 1 // note\n}', 1, 9, /JSON has a comma or \} here, not “\/\/”/],
  ['[/* note */ 1]', 1, 2, /no comments/],
  ['{"a" 1}', 1, 6, /JSON has a colon here/],
  ['{"a": 1 "b": 2}', 1, 9, /a comma or \}/],
  ['[1}', 1, 3, /a comma or \]/],
  ['{"a": ]', 1, 7, /JSON has a value here, not “\]”/],
  ['01', 1, 1, /no JSON value/],
  ['NaN', 1, 1, /no JSON value/],
  ['{"a": 1}\n{"b": 2}', 2, 1, /complete before “\{”/],
  ['{"a": 1', 1, 8, /not complete: a comma or the end/],
  ['{"a": "b', 1, 9, /not complete: the closing quote/],
  ['{', 1, 2, /not complete: a key in double quotes or \}/],
  ['"a\nb"', 1, 3, /line break; write \\n/],
  ['"a\tb"', 1, 3, /tab; write \\t/],
  ['"a\u0000b"', 1, 3, /control character “U\+0000”/],
  ['"\\x41"', 1, 3, /“x”, which JSON does not know/],
  ['"\\u00g0"', 1, 6, /“g”, which JSON does not know/],
  ['{"a":\u00a01}', 1, 6, /“U\+00A01” is no JSON value/],
  ['{}\uFEFF', 1, 3, /complete before “U\+FEFF”/],
  ['{\n  "a": "${alias}",\r\n  "b": oops\n}', 3, 8, /“oops”/],
  ['\uFEFF{"a":\roops}', 2, 1, /“oops”/],
  ['\uFEFFoops', 1, 1, /“oops”/],
  ['["😀😀", oops]', 1, 10, /“oops”/],
]

describe('#79 a template is refused', () => {
  for (const [template, line, column, because] of [...NAMES, ...JSON_TEXTS]) {
    it(`${JSON.stringify(template).slice(0, 60)} at ${line}:${column}, ${because.source}`, () => {
      const error = refusal(template)
      assert.ok(error instanceof TemplateError && error instanceof AutomationError)
      const { code, message, statusText, details, issues } = error
      assert.equal(code, 'template_invalid')
      assert.deepEqual([issues[0]?.line, issues[0]?.column], [line, column], message)
      assert.match(issues[0]?.message ?? '', because)
      assert.ok(message.startsWith(`Line ${line}, column ${column} of the template: ${issues[0]?.message}`), message)
      assert.equal(statusText, `template: line ${line}, column ${column}`)
      assert.deepEqual(details[0], { path: `line ${line}, column ${column}`, message: issues[0]?.message })
    })
  }

  describe('in text', () => {
    for (const [template, line, column, because] of NAMES) {
      it(`too: ${JSON.stringify(template).slice(0, 60)}`, () => {
        const [issue] = refusal(template, 'text').issues
        assert.deepEqual([issue?.line, issue?.column], [line, column])
        assert.match(issue?.message ?? '', because)
      })
    }
  })

  it('with every bad slot at once, and the first thing that is not JSON', () => {
    const template = '{"a": "${#x}",\n "b": "${a b}",\n "c": oops,\n "d": "${}", "e": nope}'
    const { message, issues, details } = refusal(template)
    assert.deepEqual(
      issues.map(({ line, column, offset, length }) => [line, column, template.slice(offset, offset + length)]),
      [
        [1, 8, '${#x}'],
        [2, 8, '${a b}'],
        [3, 7, 'oops'],
        [4, 8, '${}'],
      ],
    )
    assert.match(message, / 3 more places are wrong\.$/)
    assert.equal(details.length, 4)
    assert.match(refusal('["${}", "${}"]').message, / One more place is wrong\.$/)
  })

  it('with no more than a person can read', () => {
    const { issues, message } = refusal(JSON.stringify(Array(1000).fill('${}')))
    assert.equal(issues.length, 50)
    assert.match(message, / 999 more places are wrong\.$/)
  })
})
