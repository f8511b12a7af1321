import assert from 'node:assert/strict'
import { foreignPlaceholders } from '../../../dist/lib/template/foreign.js'
import { similarName } from '../../../dist/lib/template/similar.js'

/** Written, and the variable that was probably meant. Each notation is that of its own system's documentation. */
const FOREIGN: readonly [text: string, variable: string | null][] = [
  ['{{alias}}', 'alias'],
  ['{{ payload.alias }}', 'alias'],
  ['{{msg.payload.artifact_version_string}}', 'artifact_version_string'],
  ['{{nothing.we.know}}', null],
  ['{% if alias %}', 'alias'],
  ['<%= event_author %>', 'event_author'],
  ['#{alias}', 'alias'],
  ['@{variables.name}', null],
  ['$(ALIAS)', null],
  ['$(alias)', 'alias'],
  ['{alias}', 'alias'],
  ['{event.artifact_metadata}', 'artifact_metadata'],
]

describe('placeholders of other systems in a template', () => {
  for (const [text, variable] of FOREIGN) {
    it(`${text} is one`, () => {
      assert.deepEqual(foreignPlaceholders(`{"a": "at ${text}!"}`), [{ text, offset: 10, variable }])
    })
  }

  for (const text of [
    '{"a": {"b": {}}}',
    '{"a": "${alias}"}',
    '{"a": "${{ github.sha }}"}',
    '{"a": "{name}"}',
    '{"a": "$$(cost"}',
    '{"a": [{"b": {"c": 1}}]}',
    'a < b % c > d',
  ]) {
    it(`${text} holds none`, () => assert.deepEqual(foreignPlaceholders(text), []))
  }

  it('each of several is found at its place', () => {
    const found = foreignPlaceholders('{{alias}} ${alias} {{tag}}')
    assert.deepEqual(
      found.map(({ offset }) => offset),
      [0, 19],
    )
  })
})

describe('a name that was mistyped', () => {
  const NAMES = ['artifact_version', 'artifact_version_string', 'alias', 'GITHUB_TOKEN']
  for (const [name, meant] of [
    ['artefact_version', 'artifact_version'],
    ['artifact_verison', 'artifact_version'],
    ['Alias', 'alias'],
    ['aliass', 'alias'],
    ['GITHUB_TOKEM', 'GITHUB_TOKEN'],
    ['github_token', 'GITHUB_TOKEN'],
    ['nothing_like_it', null],
    ['x', null],
    ['x'.repeat(100_000), null],
  ] as const) {
    it(`${name.slice(0, 20)} was meant to be ${meant}`, () => assert.equal(similarName(name, NAMES), meant))
  }
})
