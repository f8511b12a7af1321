import assert from 'node:assert/strict'
import { TEMPLATE_ONLY_NAMES, VOCABULARY } from '../../../dist/lib/events/vocabulary.js'
import { parseTemplate } from '../../../dist/lib/template/parse.js'
import { EVENT, eventWith, eventWithMetadata, json, render, text } from './fixtures.mts'

/** Every rule of what a template renders: template, what it becomes. Most of them are about `EVENT`. */
const JSON_RULES: Record<string, [template: string, rendered: string][]> = {
  'a bare name is a field of the vocabulary': [
    ['{"a": "${alias}"}', '{"a": "production"}'],
    ['{"a": "${artifact_version_index}"}', '{"a": "3"}'],
    ['["${event_type} of ${artifact_collection_name}"]', '["ADD_ARTIFACT_ALIAS of cifar10"]'],
    ['"${automation_name}"', '"deploy"'],
  ],
  'outside quotes a slot is the value as JSON': [
    ['${alias}', '"production"'],
    ['{"n": ${artifact_version_index}, "f": ${artifact_metadata.accuracy}}', '{"n": 3, "f": 0.91}'],
    ['[${artifact_metadata.off}, ${artifact_metadata.zero}]', '[false, 0]'],
    ['{"all": ${artifact_metadata.nested}}', '{"all": {"deep":{"deeper":true}}}'],
    ['[${artifact_metadata.labels},${artifact_metadata.none}]', '[["cat","dog"],{}]'],
    ['[${alias}, ${alias}]', '["production", "production"]'],
    ['[\n\t${alias}\r\n]', '[\n\t"production"\r\n]'],
  ],
  'inside a string an object or array is its JSON text': [
    ['"${artifact_metadata.labels}"', '"[\\"cat\\",\\"dog\\"]"'],
    ['"= ${artifact_metadata.nested}"', '"= {\\"deep\\":{\\"deeper\\":true}}"'],
  ],
  'a metadata name is a key, else a path': [
    ['${artifact_metadata.labels.1}', '"dog"'],
    ['${artifact_metadata.nested.deep.deeper}', 'true'],
    ['${artifact_metadata.nested.deep.deeper.no}', 'null'],
    ['${artifact_metadata.labels.2}', 'null'],
    ['${artifact_metadata.labels.01}', 'null'],
    ['${artifact_metadata.labels.-1}', 'null'],
    ['${artifact_metadata.labels.length}', 'null'],
    ['${artifact_metadata.accuracy.0}', 'null'],
  ],
  'event.NAME is any field, by the same rule': [
    ['"${event.alias}"', '"production"'],
    ['"${event.cluster}"', '"west"'],
    ['${event.cost.per_hour.0}', '1.5'],
    ['${event.artifact_metadata.accuracy}', '0.91'],
    ['${event.unheard_of}', 'null'],
    ['${event.automation_name}', 'null'],
    ['${event.event_json}', 'null'],
  ],
  'spaces and tabs around a name do not count': [
    ['"${ alias }"', '"production"'],
    ['"${\talias \t}"', '"production"'],
    ['${ artifact_metadata.accuracy }', '0.91'],
  ],
  'a quoted key may hold slots': [
    ['{"${alias}": 1}', '{"production": 1}'],
    ['{"a ${alias} b": {"${tag}": 2}}', '{"a production b": {"": 2}}'],
  ],
  'what is missing is empty text inside a string and null outside': [
    ['["${tag}", ${tag}]', '["", null]'],
    ['["${artifact_metadata.nothing}", ${artifact_metadata.nothing}]', '["", null]'],
    ['["${artifact_metadata.empty}", ${artifact_metadata.empty}]', '["", null]'],
    ['["${artifact_metadata.no.such.path}", ${run_id}]', '["", null]'],
    ['["${artifact_metadata.none}"]', '["{}"]'],
  ],
  'a pair of dollars before a brace is one dollar, an odd last one makes the slot': [
    ['"$${alias}"', '"${alias}"'],
    ['"$$${alias}"', '"$production"'],
    ['"$$$${alias}"', '"$${alias}"'],
    ['"$$$$${alias}"', '"$$production"'],
    ['"$${"', '"${"'],
    ['"$${a b} $${#x} ${alias}"', '"${a b} ${#x} production"'],
  ],
  'dollars before anything else stay as they are': [
    ['"$"', '"$"'],
    ['"$5 and $$6, 7$, $ {alias}, $$"', '"$5 and $$6, 7$, $ {alias}, $$"'],
    ['"$$NAME $é"', '"$$NAME $é"'],
    ['"{alias} }} {{alias}}"', '"{alias} }} {{alias}}"'],
  ],
  '${{ … }} is literal text, with every dollar before it': [
    ['"${{ github.sha }}"', '"${{ github.sha }}"'],
    ['"$${{ alias }} $$${{alias}}"', '"$${{ alias }} $$${{alias}}"'],
    ['"${{ ${alias} }} ${alias}"', '"${{ ${alias} }} production"'],
    ['"${{ $SECRET }}"', '"${{ $SECRET }}"'],
    ['"${{ fromJSON(\\"1\\") }}"', '"${{ fromJSON(\\"1\\") }}"'],
    ['"${{}}${{}}"', '"${{}}${{}}"'],
    ['"$${{ never closed"', '"${{ never closed"'],
  ],
  'the layout is kept': [
    ['{ "a" :\n\n  1e2 ,\t"a":\r\n [ ] }\n', '{ "a" :\n\n  1e2 ,\t"a":\r\n [ ] }\n'],
    ['{"z": 1, "a": "\\u0041\\/${alias}\\\\"}', '{"z": 1, "a": "\\u0041\\/production\\\\"}'],
  ],
  'an empty or blank template is an empty object': [
    ['', '{}'],
    [' \n\t ', '{}'],
    ['\uFEFF', '{}'],
    ['\uFEFF \r\n', '{}'],
  ],
  'a leading byte order mark is dropped': [['\uFEFF{"a": "${alias}\uFEFF"}', '{"a": "production\uFEFF"}']],
}

const TEXT_RULES: Record<string, [template: string, rendered: string][]> = {
  'nothing is escaped': [
    ['${event_type}: "${alias}"\n', 'ADD_ARTIFACT_ALIAS: "production"\n'],
    ['\\${alias} \\u00${alias}', '\\production \\u00production'],
    ['1${artifact_version_index}-${artifact_version_index}', '13-3'],
  ],
  'objects are JSON text': [['${artifact_metadata.labels} ${artifact_metadata.none}', '["cat","dog"] {}']],
  'what is missing is empty': [['<${tag}${artifact_metadata.nothing}>', '<>']],
  'dollars and expressions are as in JSON': [
    ['$${alias} $$${alias} ${{ ${alias}\n" }} $5', '${alias} $production ${{ ${alias}\n" }} $5'],
  ],
  'an empty template is empty text': [
    ['', ''],
    [' \n', ' \n'],
    ['\uFEFFa', 'a'],
  ],
}

describe('a template', () => {
  for (const [rule, cases] of Object.entries(JSON_RULES)) {
    describe(`in JSON: ${rule}`, () => {
      for (const [template, rendered] of cases) {
        it(`${JSON.stringify(template)} is ${rendered}`, () => {
          assert.equal(json(template), rendered)
          JSON.parse(rendered)
        })
      }
    })
  }

  for (const [rule, cases] of Object.entries(TEXT_RULES)) {
    describe(`in text: ${rule}`, () => {
      for (const [template, rendered] of cases) {
        it(`${JSON.stringify(template)} is ${JSON.stringify(rendered)}`, () => assert.equal(text(template), rendered))
      }
    })
  }

  it('knows every name of the vocabulary, and the two that only templates have', () => {
    const names = [...VOCABULARY.map(({ name }) => name), ...TEMPLATE_ONLY_NAMES]
    const parsed = parseTemplate(JSON.stringify(names.map((name) => `\${${name}}`)), 'json')
    assert.deepEqual(
      parsed.names.map(({ name, kind }) => [name, kind]),
      names.map((name) => [name, 'variable']),
    )
    for (const { name } of VOCABULARY) {
      assert.equal(json(`\${${name}}`, { event: eventWith({ [name]: 'here' }) }), '"here"', name)
    }
  })

  it('renders event_json as the event outside quotes, and as its JSON text inside', () => {
    assert.deepEqual(JSON.parse(json('{"event": ${event_json}}')), { event: EVENT })
    assert.deepEqual(JSON.parse(JSON.parse(json('{"event": "${event_json}"}')).event), EVENT)
    assert.deepEqual(JSON.parse(text('${event_json}')), EVENT)
  })

  it('renders artifact_metadata itself', () => {
    assert.deepEqual(JSON.parse(json('{"m": ${artifact_metadata}}')).m, EVENT.artifact_metadata)
  })

  it('gives run_state and run_status as the event has both', () => {
    const event = eventWith({ run_state: 'failed', run_status: 'failed' })
    assert.equal(json('["${run_state}", "${run_status}"]', { event }), '["failed", "failed"]')
  })

  it('uses what a sender put into an event of another kind', () => {
    assert.equal(json('"${tag}${run_id}"', { event: eventWith({ tag: 'eu', run_id: 'r1' }) }), '"eur1"')
  })

  it('takes an automation without a name for missing', () => {
    const { text, missing } = render('json', '["${automation_name}", ${automation_name}]', { automationName: '' })
    assert.equal(text, '["", null]')
    assert.deepEqual(missing, ['automation_name'])
  })

  describe('finds metadata', () => {
    const cases: [metadata: string, name: string, value: string][] = [
      ['{"a b": 1}', 'a b', '1'],
      ['{"a.b": 1, "a": {"b": 2}}', 'a.b', '1'],
      ['{"a.b": null, "a": {"b": 2}}', 'a.b', 'null'],
      ['{"a": {"b": 2}}', 'a.b', '2'],
      ['{"a": {"b c": {"d": 3}}}', 'a.b c.d', '3'],
      ['{"a": {"b.c": 3}}', 'a.b.c', 'null'],
      ['{"a.": 4}', 'a.', '4'],
      ['{"": {"": 5}}', '.', '5'],
      ['{"a": [{"b": [6, 7]}]}', 'a.0.b.1', '7'],
      ['{"0": {"1": 8}}', '0.1', '8'],
      ['{"acc (top-1), %": 9, "#": 10, "{": 11, "ключ": 12, "a\\"b": 13}', 'acc (top-1), %', '9'],
      ['{"#": 10}', '#', '10'],
      ['{"{": 11}', '{', '11'],
      ['{"ключ 🔑": 12}', 'ключ 🔑', '12'],
      ['{"a\\"b": 13}', 'a"b', '13'],
      ['{"x\\u00a0": 14}', 'x\u00a0', '14'],
      ['{" x": 15}', ' x', '15'],
    ]
    for (const [metadata, name, value] of cases) {
      it(`\${artifact_metadata.${name}} in ${metadata}`, () => {
        const event = eventWithMetadata(metadata)
        assert.equal(json(`\${artifact_metadata.${name}}`, { event }), value)
        assert.equal(json(`\${event.artifact_metadata.${name}}`, { event }), viaEvent(metadata, name) ?? value)
      })
    }

    /** Below `event.` only the path is left, in which a key has no dots. */
    function viaEvent(metadata: string, name: string): string | undefined {
      let value = JSON.parse(metadata)
      for (const key of name.split('.')) value = value?.[key]
      return JSON.stringify(value ?? null)
    }
  })

  describe('#74 finds only what the event has itself', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'constructor.name', '__proto__.x']) {
      it(name, () => {
        assert.equal(json(`\${artifact_metadata.${name}}`), 'null')
        assert.equal(json(`\${event.${name}}`), 'null')
        assert.equal(json(`"\${artifact_metadata.labels.${name}}"`), '""')
        assert.equal(json(`"\${artifact_metadata.nested.${name}}"`), '""')
      })
    }

    it('and finds that under any name', () => {
      const event = eventWithMetadata('{"__proto__": {"x": [1]}, "constructor": {"name": "mine"}, "toString": "text"}')
      assert.equal(json('${artifact_metadata.__proto__.x.0}', { event }), '1')
      assert.equal(json('${artifact_metadata.constructor.name}', { event }), '"mine"')
      assert.equal(json('"${artifact_metadata.toString}"', { event }), '"text"')
      assert.equal(json('${artifact_metadata}', { event }), JSON.stringify(event.artifact_metadata))
    })
  })

  it('tells the names it uses, in order, with their places', () => {
    const template =
      '\uFEFF{\r\n "a": "😀${ alias }",\n "b": [${SECRET}, "$$$TOKEN ${ACCESS_TOKEN}"],\r "c": ${artifact_metadata.x y}, "d": ${event.e}}'
    const { names } = parseTemplate(template, 'json')
    assert.deepEqual(
      names.map(({ name, kind, line, column }) => [name, kind, line, column]),
      [
        ['alias', 'variable', 2, 10],
        ['SECRET', 'secret', 3, 8],
        ['TOKEN', 'bare-secret', 3, 20],
        ['ACCESS_TOKEN', 'token', 3, 29],
        ['artifact_metadata.x y', 'metadata', 4, 7],
        ['event.e', 'event', 4, 38],
      ],
    )
    assert.deepEqual(
      names.map(({ offset, length }) => template.slice(offset, offset + length)),
      ['${ alias }', '${SECRET}', '$$$TOKEN', '${ACCESS_TOKEN}', '${artifact_metadata.x y}', '${event.e}'],
    )
  })

  it('#80 tells what was missing, each name once', () => {
    const { missing } = render('json', '["${tag}", ${tag}, "${alias}", ${artifact_metadata.nothing}]')
    assert.deepEqual(missing, ['tag', 'artifact_metadata.nothing'])
  })

  it('#80 fails for what is missing when it is told to, with every name', () => {
    const filling = { missing: 'error' } as const
    assert.equal(json('"${alias}${artifact_metadata.zero}${artifact_metadata.none}"', filling), '"production0{}"')
    for (const name of ['tag', 'artifact_metadata.nothing', 'artifact_metadata.empty', 'event.no']) {
      assert.throws(() => json(`\${${name}}`, filling), {
        code: 'variable_missing',
        statusText: `no ${name}`.slice(0, 30),
      })
      assert.throws(() => text(`\${${name}}`, filling), { code: 'variable_missing' })
    }
    assert.throws(() => json('["${tag}", "${alias}", ${run_id}]', filling), {
      code: 'variable_missing',
      message: /ADD_ARTIFACT_ALIAS event has no value for \$\{tag\}, \$\{run_id\}/,
      details: [
        { path: 'tag', message: '${tag} is missing.' },
        { path: 'run_id', message: '${run_id} is missing.' },
      ],
    })
  })
})
