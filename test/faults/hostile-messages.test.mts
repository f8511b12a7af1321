import assert from 'node:assert/strict'
import { eventually } from '../e2e/harness/wait.mts'
import { filter, sender, source, template, trigger, webhook } from '../nodes/automation.mts'
import { eventOf, onTab, PATIENCE, TEMPLATE, useSite } from './site.mts'

/** Nests an array in itself so many times. */
const DEEP =
  'const deep = (depth) => { let value = "end"; for (let i = 0; i < depth; i++) value = [value]; return value }\n'

/** What a function between two nodes does to each message, by its name. */
const DEEDS: Readonly<Record<string, string>> = {
  'takes the event out of the message after the next node has it': 'node.send(msg)\ndelete msg.event',
  'replaces the event after the next node has it':
    'node.send(msg)\nmsg.event = 5; msg.automation = null; msg.payload = {}',
  'empties the event after the next node has it':
    'node.send(msg)\nfor (const name of Object.keys(msg.event)) delete msg.event[name]',
  'makes the event a circle after the next node has it': 'node.send(msg)\nmsg.event.itself = msg.event',
  'takes the event out of the message': 'delete msg.event\nreturn msg',
  'puts something else in place of the event': 'msg.event = "no event"\nreturn msg',
  'makes the event a circle': 'msg.event.itself = msg.event\nreturn msg',
  'puts a big integer into the event': 'msg.event.count = 10n\nreturn msg',
  'puts a getter that throws into the event':
    'Object.defineProperty(msg.event, "odd", { enumerable: true, get() { throw new Error("no") } })\nreturn msg',
  'puts a getter that throws into the message':
    'Object.defineProperty(msg, "odd", { enumerable: true, get() { throw new Error("no") } })\nreturn msg',
  'makes the event a getter that throws':
    'Object.defineProperty(msg, "event", { enumerable: true, get() { throw new Error("no") } })\nreturn msg',
  'makes the payload a getter that throws':
    'Object.defineProperty(msg, "payload", { enumerable: true, get() { throw new Error("no") } })\nreturn msg',
  'freezes the event': 'Object.freeze(msg.event)\nreturn msg',
  'nests the payload 3,000 deep': `${DEEP}msg.payload = deep(3000)\nreturn msg`,
  'nests a field of the event 3,000 deep': `${DEEP}msg.event.deep = deep(3000)\nreturn msg`,
  'nests a field of the event 100,000 deep': `${DEEP}msg.event.deep = deep(100000)\nreturn msg`,
  'nests another property 3,000 deep': `${DEEP}msg.other = deep(3000)\nreturn msg`,
  'nests another property 100,000 deep': `${DEEP}msg.other = deep(100000)\nreturn msg`,
  'makes the event a proxy that throws':
    'msg.event = new Proxy(msg.event, { ownKeys() { throw new Error("no") }, get() { throw new Error("no") } })\nreturn msg',
  'holds the same thing in a billion places of the payload':
    'let one = ["x"]; for (let i = 0; i < 60; i++) one = [one, one]\nmsg.payload = one\nreturn msg',
  'holds the same thing in a billion places of the event':
    'let one = ["x"]; for (let i = 0; i < 60; i++) one = [one, one]\nmsg.event.field = one\nreturn msg',
  'holds the same thing in a billion places of another property':
    'let one = ["x"]; for (let i = 0; i < 60; i++) one = [one, one]\nmsg.other = one\nreturn msg',
  'has toJSON throw': 'msg.payload = { toJSON() { throw new Error("no") } }\nreturn msg',
  'makes the alias an object': 'msg.event.alias = { toString() { throw new Error("no") } }\nreturn msg',
  'makes the alias very long': 'msg.event.alias = "a".repeat(1000000)\nreturn msg',
  'puts a symbol and a function into the message': 'msg.odd = Symbol("x"); msg.event.f = () => {}\nreturn msg',
}

/** Where the function stands: before which node of the automation. */
const PLACES = ['filter', 'template', 'sender', 'dry run'] as const

const func = (id: string, code: string, to: string) => ({
  id,
  type: 'function',
  name: '',
  func: code,
  outputs: 1,
  wires: [[to]],
})
const catching = [
  { id: 'catching', type: 'catch', name: '', scope: null, uncaught: false, wires: [['failing']] },
  func('failing', 'throw new Error("a Catch that fails")', 'nowhere'),
]

describe('What a flow does to a message', () => {
  const site = useSite()

  for (const place of PLACES) {
    it(`does not end the process, whatever it does before a ${place}`, async () => {
      const ahead = (name: string) => (name === place ? 'deed' : name)
      const deed =
        'const deeds = {' +
        Object.entries(DEEDS).map(([name, code]) => `${JSON.stringify(name)}: () => {${code}}`) +
        '}\nconst act = deeds[msg.event.note]\nreturn act ? act() : msg'
      const flow = [
        source(),
        trigger({ wires: [[ahead('filter')]], pattern: '' }),
        filter([{ pattern: '(.{1,30}x){10}$' }, { pattern: '.*' }], {
          id: 'filter',
          wires: [[ahead('template')], [ahead('template')], [ahead('template')]],
        }),
        template('{"event": "${event.event_id}", "all": ${event_json}}', {
          wires: [[place === 'dry run' ? 'deed' : ahead('sender')]],
        }),
        sender({ wires: [['failing'], ['failing']], mode: place === 'dry run' ? 'dry-run' : 'live' }),
        func('deed', deed, place === 'dry run' ? 'sender' : place),
        webhook(site.receiver.url, { schedule: '' }),
        ...catching,
      ]
      const nodeRed = await site.start(onTab(flow))
      const { pid } = nodeRed
      for (const name of Object.keys(DEEDS)) await site.accept(name, { note: name })
      await site.accept('the last one', {})
      if (place !== 'dry run') await site.arrived(['the last one'])
      else
        await eventually(
          async () => (await site.deliveries('event_id=the last one')).length === 1,
          'the dry run',
          PATIENCE,
        )
      // a turn of its event loop later it is there still, and takes events
      await site.accept('one more', {})
      assert.equal(site.nodeRed.pid, pid)
      assert.equal(nodeRed.exitCode, null)
    })
  }

  it('nor does an answer that is nested 3,000 deep, which goes into a function that fails', async () => {
    const answers = [
      ['[', ']', 3_000],
      ['{"a":', '}', 2_500],
      ['[', ']', 8_000],
    ] as const
    let next = 0
    site.receiver.answer((_request, response) => {
      const [open, close, depth] = answers[next++ % answers.length]!
      response.setHeader('Content-Type', 'application/json')
      response.end(`${open.repeat(depth)}1${close.repeat(depth)}`)
    })
    const flow = [
      source(),
      trigger(),
      template(TEMPLATE),
      sender({ wires: [['failing'], ['failing']] }),
      webhook(site.receiver.url, {}),
      ...catching,
    ]
    const nodeRed = await site.start(onTab(flow))
    for (let i = 0; i < answers.length; i++) await site.accept(`e${i}`)
    await site.until('delivered', answers.length)
    await site.accept('after')
    await site.arrived(['after'])
    assert.deepEqual(eventOf(site.receiver.requests.at(-1)!), 'after')
    assert.equal(nodeRed.exitCode, null)
  })
})
