import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import path from 'node:path'
import { Receiver } from '../e2e/harness/receiver.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { collects, event, filter, secret, secretId, sender, source, template, trigger, webhook } from './automation.mts'
import { core, type FlowNode, NODES, useNodeRed } from './harness.mts'

interface Result {
  event_id: string
  event_type: string
  subject: string
  received_at: string
  source: string
  payloads: {
    sender: { id: string }
    webhook: { id: string; name: string }
    body?: string
    missing: string[]
    error?: { code: string }
  }[]
  deliveries: { id: string; status: string }[]
}

interface Backtest {
  looked_at: number
  fired: number
  sent: number
  missed: number
  days: { day: string; looked_at: number; fired: number }[]
  results: Result[]
  next: string | null
  note: string[]
}

describe('a backtest, and catching up', () => {
  const nodeRed = useNodeRed()
  let receiver: Receiver
  beforeEach(async () => {
    receiver = await Receiver.listen()
  })
  afterEach(() => receiver.close())

  const call = async (route: string, body?: unknown) => {
    const response = await nodeRed.fetch(`/artifact-automations${route}`, body === undefined ? {} : { body })
    return { status: response.status, body: await response.json() }
  }
  const backtest = async (body: object = {}): Promise<Backtest> => {
    const answer = await call('/automations/backtest', { automation: 'trigger', ...body })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body
  }
  const catchUp = async (body: object): Promise<number> => {
    const answer = await call('/automations/catch-up', { automation: 'trigger', ...body })
    assert.equal(answer.status, 202, JSON.stringify(answer.body))
    return answer.body.handed_over
  }
  /** How often the automation was started, by the statistics. */
  const fired = async (): Promise<number> => {
    const { body } = await call('/statistics?automation=trigger')
    return body.buckets.reduce((sum: number, bucket: { fired: number }) => sum + bucket.fired, 0)
  }
  const post = async (...events: object[]) =>
    assert.equal((await nodeRed.fetch('/artifact-events', { body: events.map(event) })).status, 202)
  const deliveries = async () =>
    (await call('/deliveries?limit=200')).body.deliveries as { id: string; event_id: string }[]

  const TEXT =
    '{"alias": "${alias}", "at": "${event_time}", "note": ${event.note}, "key": "${KEY}", "by": "${automation_name}"}'
  const KEYS = { [secretId('KEY')]: { value: 'value of the key' } }
  const flow = ({
    trig = {},
    text = TEXT,
    send = {},
    more = [],
  }: {
    trig?: object
    text?: string
    send?: object
    more?: FlowNode[]
  } = {}) => [
    source(),
    trigger(trig),
    template(text),
    sender(send),
    webhook(receiver.url, { secrets: [secretId('KEY')] }),
    secret('KEY'),
    collects('delivered'),
    collects('failed'),
    ...more,
  ]
  const WRONG = { trig: { pattern: '^prd' } }
  const SINCE = { since: '2020-01-01T00:00:00Z' }
  const notes = [
    'plain',
    'ünïcödé 😀',
    '"quoted" \\ and \n a line',
    '\u0000\u001b',
    '\ud800 alone',
    '${KEY} ${alias}',
    '',
    null,
    5,
    { a: [1, null] },
  ]

  it('says what an automation would have sent, and catching up sends just that, byte for byte, secrets aside', async () => {
    await nodeRed.load(flow(WRONG), KEYS)
    const events = notes.map((note, index) => ({
      event_id: `e${index}`,
      alias: index % 3 === 0 ? 'staging' : 'production',
      note,
    }))
    await post(...events)
    await nodeRed.redeploy(flow(), KEYS)
    const wanted = events.filter(({ alias }) => alias === 'production').map(({ event_id }) => event_id)

    const found = await backtest()
    assert.deepEqual(
      [found.looked_at, found.fired, found.sent, found.missed],
      [events.length, wanted.length, 0, wanted.length],
    )
    assert.deepEqual(found.days, [
      { day: new Date().toISOString().slice(0, 10), looked_at: events.length, fired: wanted.length },
    ])
    assert.deepEqual(
      found.results.map(({ event_id }) => event_id),
      [...wanted].reverse(),
    )
    const [first] = found.results
    assert.deepEqual(
      [first?.source, first?.event_type, first?.subject, first?.payloads[0]?.sender.id, first?.payloads[0]?.webhook],
      ['source', 'ADD_ARTIFACT_ALIAS', 'production', 'sender', { id: 'webhook', name: 'receiver' }],
    )
    assert.equal(receiver.requests.length, 0)
    assert.deepEqual(await deliveries(), [])

    assert.equal(await fired(), 0)
    assert.equal(await catchUp(SINCE), wanted.length)
    await nodeRed.messages('delivered', wanted.length)
    assert.equal(await fired(), wanted.length, 'what was caught up with started the automation')
    const bodies = found.results.map(({ payloads }) =>
      payloads[0]?.body?.replaceAll('"key": "${KEY}"', '"key": "value of the key"'),
    )
    const got = receiver.requests.map(({ body }) => body.toString())
    assert.deepEqual(got.toSorted(), bodies.toSorted())
    const order = (await deliveries()).map(({ event_id }) => event_id).reverse()
    assert.deepEqual(order, wanted, 'oldest first, under their own ids')

    const after = await backtest()
    assert.deepEqual([after.fired, after.sent, after.missed], [wanted.length, wanted.length, 0])
    assert.deepEqual([...new Set(after.results.map(({ deliveries: [one] }) => one?.status))], ['delivered'])
    assert.equal(await catchUp(SINCE), 0, 'nothing that is sent is handed over again')
    await nodeRed.redeploy(flow({ text: '{"another": "text"}' }), KEYS)
    assert.equal(await catchUp(SINCE), 0, 'not under another template either')
    assert.equal(await fired(), wanted.length)
    assert.equal(receiver.requests.length, wanted.length)
  })

  it('hands events to this automation alone', async () => {
    const more = [trigger({ id: 'second', name: 'the second', pattern: '', wires: [['seen']] }), collects('seen')]
    await nodeRed.load(flow({ ...WRONG, more }), KEYS)
    await post({ event_id: 'e1' }, { event_id: 'e2' })
    await nodeRed.messages('seen', 2)
    await nodeRed.redeploy(flow({ more }), KEYS)
    const before = nodeRed.received('seen').length
    assert.equal(await catchUp({ source: 'source', event_ids: ['e2'] }), 1)
    await nodeRed.messages('delivered')
    assert.deepEqual(
      (await deliveries()).map(({ event_id }) => event_id),
      ['e2'],
    )
    assert.equal(nodeRed.received('seen').length, before)
    assert.equal(await catchUp({ source: 'source', event_ids: ['e1', 'e2', 'e1'] }), 1)
    await nodeRed.messages('delivered', 2)
  })

  it('looks only at the time that is asked for', async () => {
    await nodeRed.load(flow(WRONG), KEYS)
    await post({ event_id: 'e1' })
    const [{ received_at }] = (await call('/events')).body.events
    await eventually(async () => Date.now() > Date.parse(received_at), 'the clock stands still')
    await post({ event_id: 'e2' })
    const [{ received_at: second }] = (await call('/events')).body.events
    await nodeRed.redeploy(flow(), KEYS)
    const ids = async (time: object) => (await backtest(time)).results.map(({ event_id }) => event_id)
    assert.deepEqual(await ids({ since: second }), ['e2'])
    assert.deepEqual(await ids({ until: second }), ['e1'])
    assert.deepEqual(await ids({ since: received_at, until: second }), ['e1'])
    assert.deepEqual(await ids({ since: second, until: second }), [])
    assert.equal(await catchUp({ since: received_at, until: second }), 1)
    await nodeRed.messages('delivered')
    assert.deepEqual(
      (await deliveries()).map(({ event_id }) => event_id),
      ['e1'],
    )
  })

  it('gives its results in pages, and its counts with the first', async () => {
    await nodeRed.load(flow(WRONG), KEYS)
    const ids = Array.from({ length: 450 }, (_, index) => `e${index}`)
    await post(...ids.map((event_id, index) => ({ event_id, alias: index % 2 ? 'production' : 'staging' })))
    await nodeRed.redeploy(flow(), KEYS)
    const seen: string[] = []
    let pages = 0
    for (let before: string | null | undefined; before !== null; pages += 1) {
      const page: Backtest = await backtest({ limit: 60, ...(before && { before }) })
      if (pages === 0) assert.deepEqual([page.looked_at, page.fired, page.missed], [450, 225, 225])
      assert.ok(page.results.length <= 60)
      seen.push(...page.results.map(({ event_id }) => event_id))
      before = page.next
    }
    assert.equal(pages, 4)
    assert.deepEqual(seen, ids.filter((_, index) => index % 2).reverse())
  })

  it('judges nodes that are not deployed yet', async () => {
    await nodeRed.load(flow(WRONG), KEYS)
    await post({ event_id: 'e1' }, { event_id: 'e2', alias: 'staging' })
    const nodes = [
      trigger({ id: 'unsaved', name: 'not there yet', pattern: '', wires: [['other']] }),
      template('{"a": "${alias}", "b": "${tag}"}', { id: 'other' }),
      sender(),
    ]
    const found = await backtest({ automation: 'unsaved', nodes })
    assert.deepEqual([found.looked_at, found.fired, found.missed], [2, 2, 2])
    assert.deepEqual(
      found.results.map(({ payloads }) => [payloads[0]?.body, payloads[0]?.missing]),
      [
        ['{"a": "staging", "b": ""}', ['tag']],
        ['{"a": "production", "b": ""}', ['tag']],
      ],
    )
    assert.match(found.note.join(' '), /not in force until it is deployed/)
    assert.equal((await call('/automations/catch-up', { automation: 'unsaved', ...SINCE })).status, 404)
  })

  it('says why a payload cannot be known, or cannot be made', async () => {
    const more = [
      filter([{ pattern: '^one$' }, { pattern: '^two$' }], { wires: [['change'], ['strict'], ['template']] }),
      { id: 'change', type: 'helper', name: 'a node of another kind', wires: [['sender']] },
      template('{"t": "${tag}"}', { id: 'strict', missing: 'error', wires: [['sender']] }),
    ]
    await nodeRed.load(flow({ trig: { pattern: '^nothing$', wires: [['filter']] }, more }), KEYS)
    await post(...['one', 'two', 'rest'].map((alias) => ({ event_id: alias, alias })))
    await nodeRed.redeploy(flow({ trig: { pattern: '', wires: [['filter']] }, more }), KEYS)
    const { results, fired, missed, note } = await backtest()
    assert.deepEqual([fired, missed], [3, 2])
    assert.deepEqual(
      results.map(({ event_id, payloads: [payload] }) => [event_id, typeof payload?.body, payload?.error?.code]),
      [
        ['rest', 'string', undefined],
        ['two', 'undefined', 'variable_missing'],
        ['one', 'undefined', 'payload_unknown'],
      ],
    )
    assert.equal(note.length, 2)
    assert.equal(await catchUp(SINCE), 2)
  })

  it('judges a disabled automation as if it were enabled, and hands it nothing', async () => {
    await nodeRed.load(flow({ trig: { d: true } }), KEYS)
    await post({ event_id: 'e1' })
    const { missed, note } = await backtest()
    assert.equal(missed, 1)
    assert.match(note.join(' '), /is disabled; it was judged as if it were enabled/)
    const { status, body } = await call('/automations/catch-up', { automation: 'trigger', ...SINCE })
    assert.deepEqual([status, body.error.code], [409, 'conflict'])
    assert.match(body.error.message, /is disabled/)
  })

  it('refuses an automation that is red, with its problem', async () => {
    await nodeRed.load(flow({ trig: { pattern: '(?!x)' } }), KEYS)
    const refused = await call('/automations/backtest', { automation: 'trigger' })
    assert.deepEqual([refused.status, refused.body.error.code], [400, 'pattern_invalid'])
    const { status, body } = await call('/automations/catch-up', { automation: 'trigger', ...SINCE })
    assert.equal(status, 409)
    assert.match(body.error.message, /cannot work/)
  })

  it('answers 400 or 404 to what it cannot do, with words and the path, and does nothing', async () => {
    await nodeRed.load(flow({ more: [source({ id: 'second', path: '/second' })] }), KEYS)
    await post({ event_id: 'e1', alias: 'staging' })
    const TEST = '/automations/backtest'
    const UP = '/automations/catch-up'
    const bad: [string, object, number, string][] = [
      [TEST, {}, 400, 'automation'],
      [TEST, { automation: 5 }, 400, 'automation'],
      [TEST, { automation: 'nope' }, 404, 'automation'],
      [TEST, { automation: 'template' }, 404, 'automation'],
      [TEST, { automation: 'nope', nodes: [trigger()] }, 404, 'automation'],
      [TEST, { automation: 'trigger', nodes: [template('{}')] }, 400, 'nodes'],
      [TEST, { automation: 'trigger', nodes: [trigger({ pattern: '(?!x)' })] }, 400, 'pattern'],
      [TEST, { automation: 'trigger', nodes: [trigger({ events: ['X'] })] }, 400, 'events'],
      [TEST, { automation: 'trigger', since: 'yesterday' }, 400, 'since'],
      [TEST, { automation: 'trigger', until: '2026-13-01T00:00:00Z' }, 400, 'until'],
      [TEST, { automation: 'trigger', until: '2026-01-01' }, 400, 'until'],
      [TEST, { automation: 'trigger', limit: 0 }, 400, 'limit'],
      [TEST, { automation: 'trigger', limit: 1001 }, 400, 'limit'],
      [TEST, { automation: 'trigger', limit: '5' }, 400, 'limit'],
      [TEST, { automation: 'trigger', before: 'x' }, 400, 'before'],
      [UP, {}, 400, 'automation'],
      [UP, { automation: 'nope', ...SINCE }, 404, 'automation'],
      [UP, { automation: 'trigger' }, 400, 'since'],
      [UP, { automation: 'trigger', until: '2026-01-01T00:00:00Z' }, 400, 'since'],
      [UP, { automation: 'trigger', since: 5 }, 400, 'since'],
      [UP, { automation: 'trigger', ...SINCE, until: 'x' }, 400, 'until'],
      [UP, { automation: 'trigger', source: 'nope', event_ids: ['e1'] }, 404, 'source'],
      [UP, { automation: 'trigger', source: 'second', event_ids: ['e1'] }, 400, 'source'],
      [UP, { automation: 'trigger', source: 'source', event_ids: [] }, 400, 'event_ids'],
      [UP, { automation: 'trigger', source: 'source', event_ids: 'e1' }, 400, 'event_ids'],
      [UP, { automation: 'trigger', source: 'source', event_ids: ['e1', 5] }, 400, 'event_ids[1]'],
      [UP, { automation: 'trigger', source: 'source', event_ids: ['e1', 'nope'] }, 404, 'event_ids[1]'],
    ]
    for (const [route, body, status, path] of bad) {
      const answer = await call(route, body)
      const words = `${route} ${JSON.stringify(body)}`
      assert.equal(answer.status, status, words)
      assert.equal(answer.body.error.details[0]?.path, path, words)
      assert.match(answer.body.error.message, /^.{10,}\.$/s, words)
    }
    assert.deepEqual(await deliveries(), [])
  })

  it('hands over again what a deploy caught on its way through the flow', async () => {
    const slow = {
      id: 'slow',
      type: 'delay',
      z: 'tab',
      pauseType: 'delay',
      timeout: '400',
      timeoutUnits: 'milliseconds',
      outputs: 1,
      wires: [['template']],
    }
    // what has no place on the tab cannot be wired anew
    const placed = (nodes: FlowNode[]) =>
      nodes.map((node) => ('wires' in node ? { ...node, x: 0, y: 0, z: 'tab' } : node))
    const more = [slow, collects('seen')]
    const right = placed(flow({ trig: { wires: [['slow', 'seen']] }, more }))
    await nodeRed.load(placed(flow({ ...WRONG, more })), KEYS, [...NODES, core('function/89-delay')])
    const ids = Array.from({ length: 30 }, (_, index) => `e${index}`)
    await post(...ids.map((event_id) => ({ event_id })))
    await nodeRed.redeploy(right, KEYS)
    const caughtUp = catchUp(SINCE)
    await nodeRed.messages('seen', ids.length)
    await nodeRed.redeploy(right, KEYS)
    assert.equal(await caughtUp, ids.length)
    await nodeRed.messages('delivered', ids.length)
    const made = await deliveries()
    assert.deepEqual(made.map(({ event_id }) => event_id).toSorted(), ids.toSorted())
    assert.equal(await catchUp(SINCE), 0)
  })

  it('hands over nothing while a store cannot be read, which may hold what was sent', async () => {
    const own = {
      id: 'own',
      type: 'delivery-store',
      version: 1,
      name: 'a store of its own',
      backend: 'sqlite',
      path: 'own.db',
      retentionDays: '30',
    }
    const withStore = (nodes: FlowNode[]) => [
      ...nodes.map((node) => (node.id === 'webhook' ? { ...node, store: 'own' } : node)),
      own,
    ]
    await nodeRed.load(withStore(flow(WRONG)), KEYS)
    await post({ event_id: 'e1' })
    await nodeRed.redeploy(withStore(flow()), KEYS)
    assert.equal(await catchUp(SINCE), 1)
    await nodeRed.messages('delivered')
    await nodeRed.stopStores()
    await writeFile(
      path.join(nodeRed.userDir, 'artifact-automations/own.db'),
      'this is no database, and long enough for one to be looked at'.repeat(100),
    )
    await nodeRed.redeploy(withStore(flow()), KEYS)
    const { status, body } = await call('/automations/catch-up', { automation: 'trigger', ...SINCE })
    assert.deepEqual([status, body.error.code], [503, 'store_corrupt'])
    assert.match((await backtest()).note.join(' '), /A store cannot be read/)
    assert.equal(receiver.requests.length, 1)
  })

  it('ends when whoever asked has gone away', async () => {
    await nodeRed.load(flow(WRONG), KEYS)
    for (let part = 0; part < 20; part += 1) {
      await post(...Array.from({ length: 500 }, (_, index) => ({ event_id: `e${part}-${index}` })))
    }
    await nodeRed.redeploy(flow(), KEYS)
    const leave = (route: string, body: object) =>
      new Promise<void>((resolve) => {
        const headers = { 'Content-Type': 'application/json', 'X-Artifact-Automations': '1' }
        const asked = httpRequest(`${nodeRed.url}/artifact-automations${route}`, { method: 'POST', headers })
        asked.on('error', () => resolve())
        asked.end(JSON.stringify(body), () => setImmediate(() => asked.destroy(new Error('gone'))))
      })
    await leave('/automations/backtest', { automation: 'trigger' })
    await leave('/automations/catch-up', { automation: 'trigger', ...SINCE })
    // what still ran would hand over all of them
    let before = -1
    await eventually(
      async () => {
        const { body } = await call('/deliveries?status=pending&limit=1')
        const now = nodeRed.received('delivered').length
        const isQuiet = now === before && body.deliveries.length === 0
        before = now
        return isQuiet
      },
      'deliveries go on being made',
      60_000,
    )
    assert.ok(nodeRed.received('delivered').length < 5_000, `${before} were handed over to nobody`)
    const left = await backtest({ limit: 1 })
    assert.deepEqual(left.sent + left.missed, 10_000)
    assert.ok(left.missed > 5_000)
  })
})
