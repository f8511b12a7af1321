import assert from 'node:assert/strict'
import fc from 'fast-check'
import { AutomationError, type Detail } from '../../../dist/lib/error.js'
import type { ArtifactEvent } from '../../../dist/lib/events/event.js'
import { type ParseContext, parseEvent, parseEvents } from '../../../dist/lib/events/parse.js'
import { VOCABULARY } from '../../../dist/lib/events/vocabulary.js'

const receivedAt = new Date('2026-11-23T10:00:00.123Z')
const context: ParseContext = { receivedAt, newId: () => 'new-id' }

const linked = {
  event_type: 'LINK_ARTIFACT',
  entity_name: 'acme',
  project_name: 'wandb-registry-model',
  artifact_collection_name: 'cifar10',
}
const aliased = { ...linked, event_type: 'ADD_ARTIFACT_ALIAS', alias: 'production' }
const ran = { event_type: 'RUN_STATE', entity_name: 'acme', project_name: 'cifar10' }

const parse = (input: unknown) => parseEvent(input, context)

/** A body as it comes from the network: only there is `__proto__` a member like others. */
const parseText = (text: string) => parse(JSON.parse(text))

function detailsOf(read: () => unknown): readonly Detail[] {
  let details: readonly Detail[] | undefined
  assert.throws(read, (error) => {
    assert(error instanceof AutomationError)
    assert.equal(error.code, 'event_invalid')
    details = error.details
    return true
  })
  return details ?? []
}

const pathsOf = (read: () => unknown) => detailsOf(read).map(({ path }) => path)

describe('an event', () => {
  it('gets an id and a time when it has none', () => {
    assert.deepEqual(parse(linked), { ...linked, event_id: 'new-id', event_time: '2026-11-23T10:00:00.123Z' })
  })

  it('keeps its own id, time and everything that nobody knows', () => {
    const event = { ...linked, event_id: 'e1', event_time: '2026-11-23t10:00:00.5+02:00', digest: 'abc', extra: null }
    assert.deepEqual(parse(event), event)
  })

  it('does not change what it was read from', () => {
    const input = Object.freeze({ ...linked, event_type: 'LINK_MODEL', alias: '' })
    assert.equal(parse(input).event_type, 'LINK_ARTIFACT')
    assert.equal(input.event_type, 'LINK_MODEL')
  })

  it('called LINK_MODEL is LINK_ARTIFACT', () => {
    assert.equal(parse({ ...linked, event_type: 'LINK_MODEL' }).event_type, 'LINK_ARTIFACT')
  })

  it('takes entity and project from its source when it names none', () => {
    const placed = { ...context, entity: 'acme', project: 'models' }
    const event = parseEvent({ ...linked, entity_name: '', project_name: null }, placed)
    assert.equal(event.entity_name, 'acme')
    assert.equal(event.project_name, 'models')
    assert.equal(parseEvent(linked, placed).project_name, 'wandb-registry-model')
    assert.deepEqual(
      detailsOf(() => parseEvent({ ...linked, entity_name: '' }, { ...context, entity: '', project: '' })),
      [{ path: 'entity_name', message: 'is required' }],
    )
  })

  it('has run_state and run_status when either came, and leaves them alone when both did', () => {
    for (const given of [
      { run_state: 'failed' },
      { run_status: 'failed' },
      { run_state: 'failed', run_status: null },
    ]) {
      const { run_state, run_status } = parse({ ...ran, ...given })
      assert.deepEqual({ run_state, run_status }, { run_state: 'failed', run_status: 'failed' })
    }
    const { run_state, run_status } = parse({ ...ran, run_state: 'failed', run_status: 'finished' })
    assert.deepEqual({ run_state, run_status }, { run_state: 'failed', run_status: 'finished' })
    assert(!('run_state' in parse(ran)))
  })

  it('is refused for the one of run_state and run_status that came, not for its twin', () => {
    for (const name of ['run_state', 'run_status']) {
      assert.deepEqual(
        pathsOf(() => parse({ ...ran, [name]: 5 })),
        [name],
      )
    }
  })

  it('may leave any optional field null or empty, which means absent', () => {
    const required = ['event_type', 'entity_name', 'project_name']
    for (const { name } of VOCABULARY.filter(({ name }) => !required.includes(name))) {
      for (const blank of [null, '']) {
        const event = parse({ ...ran, [name]: blank })
        if (name === 'event_id' || name === 'event_time') assert.notEqual(event[name], blank)
        else assert(!(name in event), name)
      }
    }
  })

  const texts: readonly (readonly [field: string, text: string, value: unknown])[] = [
    ['artifact_version_index', '0', 0],
    ['artifact_version_index', '12', 12],
    ['artifact_version_index', '3.0', 3],
    ['artifact_version_index', '0000000000000000003', 3],
    ['artifact_version_index', '9007199254740991', 9007199254740991],
    ['metric_value', '-0.5', -0.5],
    ['metric_value', '1e-05', 0.00001],
    ['metric_values', '0.5', [0.5]],
    ['metric_values', '0.5,0.25', [0.5, 0.25]],
    ['metric_values', '[0.5, 2.5E+1, 3]', [0.5, 25, 3]],
    ['metric_values', '[0.5 -0.25]', [0.5, -0.25]],
    ['metric_values', '[]', []],
  ]
  for (const [field, text, value] of texts) {
    it(`may tell ${field} as the text ${text}, for W&B fills in texts only`, () =>
      assert.deepEqual(parse({ ...ran, [field]: text })[field], value))
  }

  it('may tell each of metric_values as a text, or some of them', () => {
    assert.deepEqual(
      parse({ ...ran, metric_values: ['1', '-0.5', 2, '1e-05'] })['metric_values'],
      [1, -0.5, 2, 0.00001],
    )
  })

  it('is not given back by a path as long as itself', () => {
    const artifact_metadata = { ['k'.repeat(100_000)]: Number.POSITIVE_INFINITY }
    assert.throws(
      () => parse({ ...linked, artifact_metadata }),
      ({ message }: Error) => message.length < 400,
    )
  })

  it('with a version that would be rounded says which may be, and where it can stand', () => {
    assert.throws(() => parse({ ...linked, artifact_version_index: '9007199254740993' }), {
      message:
        'The event is not valid: artifact_version_index must be a number of at most 9007199254740991: this one would be ' +
        'rounded. Send it in a field of your own, such as version_number; templates have it as ${event.version_number}.',
    })
  })

  it('reads a long text at once, whatever it is made of', () => {
    for (const piece of ['1', ' ', '1 ', '1,', '[', '1.']) {
      const text = piece.repeat(500_000 / piece.length)
      const started = performance.now()
      try {
        parse({ ...ran, metric_values: text })
      } catch {}
      assert.ok(performance.now() - started < 1000, `${piece}…`)
    }
  })

  it('lacks a field whose own variable was not filled, and keeps every other text with a variable', () => {
    const optional = VOCABULARY.filter(({ name }) => !(name in linked) && !['event_id', 'event_time'].includes(name))
    const unfilled = Object.fromEntries(optional.map(({ name }) => [name, `\${${name}}`]))
    assert.deepEqual(parse({ ...unfilled, ...linked }), parse(linked))
    const texts = { alias: '${ACCESS_TOKEN}', tag: '${alias}', event_author: 'by ${event_author}', own: '${own}' }
    assert.deepEqual(parse({ ...linked, ...texts }), { ...parse(linked), ...texts })
  })

  it('lacks the metadata whose own variable was not filled', () => {
    const artifact_metadata = {
      accuracy: '0.97',
      loss: '${artifact_metadata.loss}',
      other: '${artifact_metadata.accuracy}',
      'learning rate': '${artifact_metadata.learning rate}',
    }
    assert.deepEqual(parse({ ...linked, artifact_metadata }).artifact_metadata, {
      accuracy: '0.97',
      other: '${artifact_metadata.accuracy}',
    })
  })

  it('keeps an alias that a sender put where none belongs', () => {
    assert.equal(parse({ ...linked, alias: 'v3' }).alias, 'v3')
  })

  it('#74 keeps members named __proto__ and constructor as data, and no prototype changes', () => {
    const text = `{"event_type":"RUN_STATE","entity_name":"a","project_name":"p","__proto__":{"alias":"evil"},
      "constructor":1,"artifact_metadata":{"__proto__":{"polluted":true},"toString":"t"}}`
    const event = parseText(text)
    assert.deepEqual(Object.getOwnPropertyDescriptor(event, '__proto__')?.value, { alias: 'evil' })
    assert.equal(Object.getPrototypeOf(event), Object.prototype)
    assert.equal(event.alias, undefined)
    assert(Object.hasOwn(event.artifact_metadata ?? {}, '__proto__'))
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
    assert.match(JSON.stringify(event), /"__proto__":\{"polluted":true\}/)
  })

  it('#78 counts the last of a repeated member', () => {
    const text = JSON.stringify(aliased).replace('{', '{"alias":"staging",')
    assert.equal(parseText(text).alias, 'production')
  })

  it('#73 is nested 100 deep at most, itself included', () => {
    const nested = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`
    const withMetadata = (metadata: string) => `${JSON.stringify(linked).slice(0, -1)},"artifact_metadata":${metadata}}`
    assert.doesNotThrow(() => parseText(withMetadata(nested(99))))
    assert.match(detailsOf(() => parseText(withMetadata(nested(100))))[0]?.message ?? '', /deeper than 100/)
    const lists = (depth: number) => withMetadata(`{"a":${'['.repeat(depth - 1)}{}${']'.repeat(depth - 1)}}`)
    assert.doesNotThrow(() => parseText(lists(98)))
    assert.match(detailsOf(() => parseText(lists(99)))[0]?.message ?? '', /deeper than 100/)
    assert.match(
      detailsOf(() => parseText(withMetadata(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)))[0]?.message ?? '',
      /deeper/,
    )
  })

  it('#78 holds no number that overflows, wherever it stands', () => {
    const places: Readonly<Record<string, string>> = {
      metric_value: '"metric_value":1e400',
      'artifact_metadata.loss': '"artifact_metadata":{"loss":-1e400}',
      'artifact_metadata["a b"][1]': '"artifact_metadata":{"a b":[1,1e999]}',
      unknown: '"unknown":1e400',
    }
    for (const [path, member] of Object.entries(places)) {
      const text = `${JSON.stringify(linked).slice(0, -1)},${member}}`
      assert.deepEqual(
        detailsOf(() => parseText(text)),
        [{ path, message: 'is a number too large to be kept' }],
      )
    }
  })

  it('#75 has texts of any writing', () => {
    const name = '模型-🚀-\u202eabc\u0000'
    assert.equal(parse({ ...linked, artifact_collection_name: name }).artifact_collection_name, name)
  })

  it('has an id of 255 characters at most', () => {
    assert.equal(parse({ ...linked, event_id: 'é'.repeat(255) }).event_id.length, 255)
    assert.deepEqual(
      pathsOf(() => parse({ ...linked, event_id: 'x'.repeat(256) })),
      ['event_id'],
    )
    const long = { ...context, newId: () => 'x'.repeat(256) }
    assert.deepEqual(
      pathsOf(() => parseEvent(linked, long)),
      ['event_id'],
    )
  })

  const refused: readonly (readonly [what: string, input: unknown, ...paths: string[]])[] = [
    ['nothing', undefined, ''],
    ['null', null, ''],
    ['a text', 'LINK_ARTIFACT', ''],
    ['a number', 1, ''],
    ['an array', [linked], ''],
    ['an empty object', {}, 'event_type', 'entity_name', 'project_name'],
    ['empty required texts', { ...linked, entity_name: '', project_name: '' }, 'entity_name', 'project_name'],
    ['required fields of other types', { ...linked, entity_name: 1, project_name: {} }, 'entity_name', 'project_name'],
    ['an unknown event', { ...linked, event_type: 'DELETE_ARTIFACT' }, 'event_type'],
    ['an event in small letters', { ...linked, event_type: 'link_artifact' }, 'event_type'],
    ['an event that is no text', { ...linked, event_type: ['LINK_ARTIFACT'] }, 'event_type'],
    ['an event named like a method', { ...linked, event_type: 'toString' }, 'event_type'],
    ['no collection', { ...linked, artifact_collection_name: undefined }, 'artifact_collection_name'],
    [
      'no collection of LINK_MODEL',
      { ...linked, event_type: 'LINK_MODEL', artifact_collection_name: '' },
      'artifact_collection_name',
    ],
    ['no alias', { ...aliased, alias: '' }, 'alias'],
    ['no alias removed', { ...aliased, event_type: 'REMOVE_ARTIFACT_ALIAS', alias: null }, 'alias'],
    ['no tag', { ...aliased, event_type: 'ADD_ARTIFACT_TAG' }, 'tag'],
    ['no tag of a collection', { ...aliased, event_type: 'REMOVE_COLLECTION_TAG' }, 'tag'],
    ['an alias that is no text', { ...aliased, alias: 3 }, 'alias'],
    ['an id that is no text', { ...linked, event_id: 5 }, 'event_id'],
    ['a date without time', { ...linked, event_time: '2026-11-23' }, 'event_time'],
    ['a time in milliseconds', { ...linked, event_time: 1763892000000 }, 'event_time'],
    ['a version below 0', { ...linked, artifact_version_index: -1 }, 'artifact_version_index'],
    ['half a version', { ...linked, artifact_version_index: 1.5 }, 'artifact_version_index'],
    ['a version in words', { ...linked, artifact_version_index: 'v3' }, 'artifact_version_index'],
    ['half a version as text', { ...linked, artifact_version_index: '1.5' }, 'artifact_version_index'],
    ['a version below 0 as text', { ...linked, artifact_version_index: '-1' }, 'artifact_version_index'],
    ['a version as a text of blanks', { ...linked, artifact_version_index: ' ' }, 'artifact_version_index'],
    [
      'a version with more digits than are kept',
      { ...linked, artifact_version_index: '9007199254740993' },
      'artifact_version_index',
    ],
    [
      'a version that is too large for any number',
      { ...linked, artifact_version_index: '9'.repeat(400) },
      'artifact_version_index',
    ],
    ['a version that is another variable', { ...linked, artifact_version_index: '${alias}' }, 'artifact_version_index'],
    ['metadata as text', { ...linked, artifact_metadata: '{}' }, 'artifact_metadata'],
    ['metadata as array', { ...linked, artifact_metadata: [] }, 'artifact_metadata'],
    ['a metric in words', { ...ran, metric_value: 'high' }, 'metric_value'],
    ['a metric that is none', { ...ran, metric_value: 'NaN' }, 'metric_value'],
    ['a metric in hexadecimal', { ...ran, metric_value: '0x10' }, 'metric_value'],
    ['a metric as text that overflows', { ...ran, metric_value: '1e400' }, 'metric_value'],
    ['metrics in words', { ...ran, metric_values: '[1 two 3]' }, 'metric_values'],
    ['metrics in half a bracket', { ...ran, metric_values: '[1, 2' }, 'metric_values'],
    ['metrics as text that overflow', { ...ran, metric_values: '1 1e400' }, 'metric_values[1]'],
    ['no entity, for its variable was not filled', { ...linked, entity_name: '${entity_name}' }, 'entity_name'],
    ['no alias, for its variable was not filled', { ...aliased, alias: '${alias}' }, 'alias'],
    ['a metric of several as empty text', { ...ran, metric_values: [1, ''] }, 'metric_values[1]'],
    ['a metric of several as text that overflows', { ...ran, metric_values: ['1', '1e400'] }, 'metric_values[1]'],
    ['a metric of several as a list in a text', { ...ran, metric_values: ['[1 2]'] }, 'metric_values[0]'],
    ['a metric of several', { ...ran, metric_values: [1, 'two', 3] }, 'metric_values[1]'],
    ['metrics that are one', { ...ran, metric_values: 1 }, 'metric_values'],
    ['several faults', { ...aliased, alias: '', run_id: 1, event_time: 'now' }, 'alias', 'event_time', 'run_id'],
  ]
  for (const [what, input, ...paths] of refused) {
    it(`is refused with ${what}, and ${paths.join(', ') || 'the whole'} is named`, () => {
      assert.deepEqual(pathsOf(() => parse(input)).toSorted(), paths.toSorted())
    })
  }

  it('is refused with a sentence that says what each field must be', () => {
    assert.throws(() => parse({ ...aliased, alias: '', event_time: 'now' }), {
      message:
        'The event is not valid: alias is required for ADD_ARTIFACT_ALIAS; ' +
        'event_time must be a date and time by RFC 3339, such as 2026-11-23T10:00:00Z.',
    })
    assert.throws(() => parse({}), {
      message: 'The event is not valid: event_type is required; entity_name is required; project_name is required.',
    })
    assert.throws(() => parse({ ...ran, metric_values: ['a', 'b', 'c', 'd'] }), {
      message:
        'The event is not valid: metric_values[0] must be a number; metric_values[1] must be a number; ' +
        'metric_values[2] must be a number, and more.',
    })
  })

  it('with thousands of faults names a few of them', () => {
    assert.equal(detailsOf(() => parse({ ...ran, metric_values: Array(100_000).fill('x') })).length, 20)
    assert.equal(detailsOf(() => parse({ ...ran, x: Array(100_000).fill(Number.POSITIVE_INFINITY) })).length, 20)
  })

  it('that was read is read again as it is', () => {
    const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<unknown>
    const event = fc.record({
      event_type: fc.constantFrom('LINK_ARTIFACT', 'CREATE_ARTIFACT'),
      entity_name: fc.string({ minLength: 1, unit: 'binary' }),
      project_name: fc.string({ minLength: 1 }),
      artifact_collection_name: fc.string({ minLength: 1 }),
      artifact_metadata: fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor')), json),
      extra: json,
    })
    fc.assert(
      fc.property(event, (input) => {
        const once = parseText(JSON.stringify(input))
        assert.deepEqual(JSON.stringify(parseText(JSON.stringify(once))), JSON.stringify(once))
      }),
    )
  })
})

describe('several events', () => {
  const parseAll = (input: unknown, idPrefix?: string): ArtifactEvent[] =>
    parseEvents(input, { ...context, ...(idPrefix !== undefined && { idPrefix }) })

  it('keep their order, and get ids by their place', () => {
    const events = parseAll([linked, { ...linked, event_id: 'own' }, linked], 'delivery')
    assert.deepEqual(
      events.map(({ event_id }) => event_id),
      ['delivery/0', 'own', 'delivery/2'],
    )
  })

  it('get new ids when their delivery has none', () => {
    let count = 0
    const events = parseEvents([linked, linked], { receivedAt, newId: () => `id-${count++}` })
    assert.deepEqual(
      events.map(({ event_id }) => event_id),
      ['id-0', 'id-1'],
    )
  })

  it('are refused together, each fault by its place', () => {
    assert.deepEqual(
      pathsOf(() =>
        parseAll([linked, { ...aliased, alias: '' }, 7, { ...linked, artifact_metadata: { a: [Number.NaN] } }]),
      ),
      ['[1].alias', '[2]', '[3].artifact_metadata.a[0]'],
    )
  })

  it('are at least one', () => {
    assert.deepEqual(
      detailsOf(() => parseAll([])),
      [{ path: '', message: 'must hold at least one event' }],
    )
    assert.deepEqual(
      pathsOf(() => parseAll({})),
      [''],
    )
  })

  it('with thousands of faults name a few of them', () => {
    assert.equal(detailsOf(() => parseAll(Array(10_000).fill({}))).length, 20)
  })
})
