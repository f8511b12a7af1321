import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import path from 'node:path'
import { AliasFilter, parseRules } from '../../dist/lib/alias/filter.js'
import { compilePattern } from '../../dist/lib/alias/pattern.js'
import { PatternSet } from '../../dist/lib/alias/pattern-set.js'
import { keepMessage } from '../../dist/lib/delivery/message.js'
import { parseEvent, parseEvents } from '../../dist/lib/events/parse.js'
import { plainEvent } from '../../dist/lib/events/plain-event.js'
import { jsonPieces } from '../../dist/lib/json-pieces.js'
import { readEvents } from '../../dist/lib/sources/http/read-events.js'
import { parseTemplate } from '../../dist/lib/template/parse.js'
import { renderTemplate } from '../../dist/lib/template/render.js'
import { bashScript } from '../../dist/lib/webhook/bash.js'
import { event } from './store/make.mts'

const root = path.resolve(import.meta.dirname, '../../dist/lib')

/** Characters of the longest text that is measured; the others are a half and a quarter of it. */
const LONGEST = 64 * 1024
/** The same for functions that are tried with hundreds of texts. */
const LONGEST_OF_MANY = 8 * 1024
/** Where each of them is compiled as a pattern: re2js takes seconds for hundreds of long ones. */
const LONGEST_OF_PATTERNS = 1024
/** So much of the processor is nothing that grows with the square of such a text: so many characters times as many take longer. */
const QUICK_MS = 20
/** Four times the text may take so many times as long: linear is 4, with a logarithm 4.5, the square 16. */
const MOST_GROWTH = 9

/** Milliseconds of this process' processor, the least of some runs: what other processes do, and a collection, is not counted. */
function cost(work: () => unknown, runs: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage()
    try {
      work()
    } catch {
      // a refusal takes its time, too
    }
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

/** Null when the cost grows as the text does. Only what looks wrong is measured again. */
function growthFault(work: (length: number) => unknown, longest = LONGEST): string | null {
  if (cost(() => work(longest), 1) < QUICK_MS || cost(() => work(longest), 2) < QUICK_MS) return null
  for (let again = 0; again < 3; again++) {
    const [quarter, whole] = [longest / 4, longest].map((length) => cost(() => work(length), 3)) as [number, number]
    if (whole < QUICK_MS || whole / quarter < MOST_GROWTH) return null
  }
  const sizes = [longest / 4, longest / 2, longest]
  return sizes.map((length) => `${length}: ${cost(() => work(length), 2).toFixed(1)} ms`).join(', ')
}

/** What makes parsers begin again: half of something, the beginning of something, the same over and over. */
const UNITS = [
  ...[
    '$',
    '${',
    '$${',
    '${{',
    '}}',
    '${a',
    '${alias}',
    '$NAME ',
    '{{a}}',
    '{{',
    '{',
    '}',
    '[',
    ']',
    '[[',
    '(',
    ')',
    '(a',
    '[a',
    '(?:a',
  ],
  ...[
    '"',
    '\\',
    '\\"',
    '\\u',
    "'",
    '{"a":',
    '{"a":1,',
    '0,',
    'a=',
    '%',
    '%0',
    '&',
    '=',
    ';',
    ',',
    ':',
    '::',
    '.',
    '..',
    '/',
    '//',
  ],
  ...[
    ' ',
    '\t',
    '\n',
    '\r\n',
    '\u00a0',
    '\0',
    '\ud800',
    '🚀',
    'é',
    'a',
    'a ',
    'A1',
    '1',
    '1.',
    '1e',
    '-',
    '_',
    '+',
    '*',
    '.*',
    'a|',
    '<',
    '>',
  ],
  ...['Bearer ', 'v1,', 'sha256=', 'charset=', 'refs/', 'slot', '***', 'ax'],
]
const HEADS = ['', '"', '{"a":"', '[', '<', 'a', 'v1,', 'application/json; charset=', 'http://', 'Bearer ', '${']

const text = (head: string, unit: string, length: number) => head + unit.repeat(Math.ceil(length / unit.length))

/** Modules whose functions ask the network, or are the process. */
const NOT_CALLED =
  /import-main|import-node|import-command|connect|client|exchange|lookup|body\.js|receive|answer|http\.js|poller|proxy-environment/

/** Rooms of lib/ whose functions take a text, or two. */
const ROOMS = [
  '.',
  'alias',
  'automations',
  'delivery',
  'events',
  'recipes',
  'secrets',
  'sources/http',
  'sources/wandb',
  'store',
  'template',
  'webhook',
]

const unfilled = { automationName: 'a', missing: 'blank' } as const
const render = (template: string, more: object) =>
  renderTemplate(parseTemplate(template, 'json'), { event: event('e', more), ...unfilled })
const context = { receivedAt: new Date(), newId: () => 'id' }
const nested = (length: number, open: string, close: string) => {
  const depth = Math.floor(length / (open.length + close.length))
  return `${open.repeat(depth)}1${close.repeat(depth)}`
}
const list = <T,>(length: number, of: (index: number) => T) => Array.from({ length }, (_, index) => of(index))

/** Functions that take more than a text: what they are given, by the number of characters that it is about. */
const GIVEN: Readonly<Record<string, (length: number) => unknown>> = {
  'Copy as Bash of a payload full of slots': (length) => {
    const template = parseTemplate(JSON.stringify('${KEY} \' "'.repeat(length / 10)), 'json')
    const { text: payload, slots } = renderTemplate(template, { event: event('e'), ...unfilled })
    return bashScript({ settings: { url: 'https://example.com' }, payload, slots, granted: ['KEY'] })
  },
  'Copy as Bash of a payload full of quotes and of marks': (length) =>
    bashScript({
      settings: { url: 'https://example.com' },
      payload: "'slot_".repeat(length / 6),
      slots: [],
      granted: [],
    }),
  'a template full of slots': (length) => render(`["${'${alias}$${x}'.repeat(length / 14)}"]`, { alias: 'a' }),
  'a template with a long value': (length) =>
    render('["${note}", ${event.note}]'.replace('note', 'alias'), { note: '"\ud800\n'.repeat(length / 3) }),
  'a template of metadata with a long path': (length) =>
    render(`"\${artifact_metadata.${'a.'.repeat(length / 2)}b}"`, {}),
  'an event with many fields': (length) =>
    parseEvent({ ...event('e'), ...Object.fromEntries(list(length / 16, (n) => [`field ${n}`, n])) }, context),
  'an event with many wrong numbers': (length) =>
    parseEvent({ ...event('e'), metric_values: list(length / 4, () => 'x') }, context),
  'an event that is nested deep': (length) =>
    parseEvent({ ...event('e'), deep: JSON.parse(nested(length, '[', ']')) }, context),
  'many events': (length) =>
    parseEvents(
      list(length / 128, (n) => event(`e${n}`)),
      context,
    ),
  'many events that are wrong': (length) =>
    parseEvents(
      list(length / 16, (n) => ({ [`x${n}`]: n })),
      context,
    ),
  "the Hub's message with many refs": (length) =>
    readEvents(
      'huggingface',
      {
        event: { scope: 'repo.content', action: 'update' },
        repo: { name: 'a/b', id: 'i', type: 'model' },
        updatedRefs: list(length / 32, (n) => ({ ref: `refs/tags/${n}`, oldSha: null, newSha: `${n}` })),
      },
      { settings: { entity: 'e', project: 'p' }, headers: {}, ...context } as never,
    ),
  'a message with many properties': (length) =>
    keepMessage(Object.fromEntries(list(length / 16, (n) => [`property ${n}`, `${n}`]))),
  'an event that a flow made': (length) => plainEvent({ ...event('e'), all: list(length / 8, (n) => ({ n })) }),
  'an answer in pieces': (length) => [...jsonPieces(list(length / 32, (n) => ({ n, text: '"\\'.repeat(8) })))].length,
  'many rules of an alias filter': (length) =>
    new AliasFilter({
      rules: parseRules(JSON.stringify(list(length / 32, (n) => ({ pattern: `^prod-${n}$` })))),
      otherwise: true,
      checkAll: true,
    }).outputs('prod-7'),
  'many patterns': (length) => new PatternSet(list(length / 64, (n) => compilePattern(`prod.*${n}`))).match('prod 7'),
}

describe('the time of whatever takes text from outside grows as the text does', function () {
  this.timeout(300_000)

  for (const [what, work] of Object.entries(GIVEN)) {
    it(`of ${what}`, () => assert.equal(growthFault(work), null))
  }

  for (const room of ROOMS) {
    it(`of every function of ${room === '.' ? 'lib' : room} that takes a text or two`, async () => {
      const slow: string[] = []
      for (const file of globSync(`${room}/*.js`, { cwd: root }).filter((name) => !NOT_CALLED.test(name))) {
        const loaded: object = await import(path.join(root, file))
        const exported: object = 'default' in loaded && typeof loaded.default === 'object' ? loaded.default! : loaded
        for (const [name, value] of Object.entries(exported)) {
          if (typeof value !== 'function' || value.length === 0 || /^class/.test(String(value))) continue
          const longest = room === 'alias' ? LONGEST_OF_PATTERNS : LONGEST_OF_MANY
          const fault = worst(value as (...given: unknown[]) => unknown, longest)
          if (fault !== null) slow.push(`${file} ${name}: ${fault}`)
        }
      }
      assert.deepEqual(slow, [])
    })
  }

  it('which these measures would notice', () => {
    const spaces = (length: number) => ' '.repeat(length).concat('x').replace(/ +$/, '')
    const pairs = (length: number) => list(length, (n) => list(length, (m) => m + n).length)
    assert.notEqual(growthFault(spaces, LONGEST_OF_MANY), null)
    assert.notEqual(growthFault(pairs, 2 * 1024), null)
    assert.equal(
      growthFault((length) => JSON.parse(`[${'1,'.repeat(length)}1]`)),
      null,
    )
  })
})

/** The ways to call a function with a text. */
const WAYS: readonly ((given: string) => unknown[])[] = [
  (given) => [given, {}],
  (given) => [given, given],
  (given) => [given, 'json'],
  (given) => [given, 'text'],
  (given) => ['json', given],
]

/** Each unit is tried with some of the heads, in some of the ways: prime numbers of steps meet all of them over the functions. */
const ROUNDS = [0, 5]

function worst(call: (...given: unknown[]) => unknown, longest: number): string | null {
  for (const round of ROUNDS) {
    for (const [index, unit] of UNITS.entries()) {
      const head = HEADS[(index + round) % HEADS.length]!
      const given = WAYS[(index + 2 * round) % WAYS.length]!
      const fault = growthFault((length) => call(...given(text(head, unit, length))), longest)
      if (fault !== null) return `${JSON.stringify(head + unit)}: ${fault}`
    }
  }
  return null
}
