import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { sampleEvent } from '../../../dist/lib/automations/samples.js'
import { isDateTime } from '../../../dist/lib/events/date-time.js'
import { EVENT_TYPES } from '../../../dist/lib/events/event.js'
import * as vocabulary from '../../../dist/lib/events/vocabulary.js'

const { VOCABULARY, RESERVED_SECRET_NAMES, isVocabularyName, isSecretName, secretNameProblem } = vocabulary
const schema = JSON.parse(readFileSync(new URL('../../../dist/lib/events/event.schema.json', import.meta.url), 'utf8'))

describe('the vocabulary', () => {
  it('names every field of the published schema, in its order or not, and no other', () => {
    assert.deepEqual(VOCABULARY.map(({ name }) => name).toSorted(), Object.keys(schema.properties).toSorted())
  })

  it('says of every field what it is, and where it belongs', () => {
    for (const { name, description, appliesTo } of VOCABULARY) {
      assert.match(description, /^[A-Z].*[^.]$/, name)
      assert(appliesTo.length > 0, name)
    }
  })

  it('has the event types of the schema, which knows LINK_MODEL too', () => {
    assert.deepEqual(schema.properties.event_type.enum, [...EVENT_TYPES, 'LINK_MODEL'])
  })

  it('divides the events as the schema does', () => {
    const { ARTIFACT_EVENTS, COLLECTION_EVENTS, ALIAS_EVENTS, TAG_EVENTS, RUN_EVENTS } = vocabulary
    const conditions = schema.allOf.map(
      (rule: { if: { properties: { event_type: { enum: string[] } } } }) => rule.if.properties.event_type.enum,
    )
    assert.deepEqual(conditions, [[...ARTIFACT_EVENTS, ...COLLECTION_EVENTS, 'LINK_MODEL'], ALIAS_EVENTS, TAG_EVENTS])
    assert.deepEqual([...ARTIFACT_EVENTS, ...COLLECTION_EVENTS, ...RUN_EVENTS], EVENT_TYPES)
  })

  it('knows no name of an object by accident', () => {
    for (const name of ['toString', '__proto__', 'constructor', '', 'Alias'])
      assert.equal(isVocabularyName(name), false)
    assert.equal(isVocabularyName('alias'), true)
  })
})

describe('the published schema', () => {
  const compiled = new Ajv2020({ strict: true, allowUnionTypes: true, formats: { 'date-time': isDateTime } }).compile(
    schema,
  )

  const validate = (event: object): boolean => compiled(event)

  it('describes the events that the package sends', () => {
    for (const type of EVENT_TYPES) assert(validate(sampleEvent(type)), `${type}: ${JSON.stringify(compiled.errors)}`)
  })

  it('lets optional fields be null or empty', () => {
    const { alias, ...event } = sampleEvent('LINK_ARTIFACT')
    for (const { name } of VOCABULARY.filter(({ name }) => !schema.required.includes(name))) {
      if (name === 'artifact_collection_name') continue
      assert(validate({ ...event, [name]: null }), name)
      assert(validate({ ...event, [name]: '' }), name)
    }
  })

  it('refuses what the events may not lack', () => {
    for (const name of ['event_type', 'entity_name', 'project_name', 'artifact_collection_name', 'alias']) {
      const { [name]: _, ...event } = sampleEvent('ADD_ARTIFACT_ALIAS')
      assert(!validate(event), name)
      assert(!validate({ ...event, [name]: '' }), name)
    }
  })
})

describe('the name of a secret', () => {
  it('is made of letters, digits and underscores', () => {
    for (const name of ['SECRET', '_x', 'a1', 'Token_2', 'toString', 'EVENT'])
      assert.equal(isSecretName(name), true, name)
    for (const name of ['1a', 'a-b', 'a b', 'é', 'a.b', 'a\n'])
      assert.match(secretNameProblem(name) ?? '', /letters, digits/)
    assert.match(secretNameProblem('') ?? '', /needs a name/)
  })

  it('#81 is none that templates know already', () => {
    for (const name of RESERVED_SECRET_NAMES) assert.match(secretNameProblem(name) ?? '', /another name/, name)
    for (const name of ['ACCESS_TOKEN', 'event', 'event_json', 'automation_name', 'alias', 'artifact_metadata']) {
      assert(RESERVED_SECRET_NAMES.includes(name), name)
    }
  })
})
