import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import type { FlowNode, NodeRed } from '../e2e/harness/node-red.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { event } from '../nodes/automation.mts'
import { Cluster, stopServer } from './cluster.mts'
import { automation, eventOf, PATIENCE, type Row, type Site } from './site.mts'

/** More often than one may die, so that a test ends. */
const MOST = 8
const judge = createRequire(import.meta.url).resolve('../../dist/lib/webhook/outcome.js')

/** Functions may end the process, as code of others does by a fault. */
const ENDS = 'module.exports.functionGlobalContext = { end: () => process.exit(3) }'

/** Stands for a fault of this package that nobody knows: judging one answer kills the process. */
const DIES = `
const outcome = require(${JSON.stringify(judge)})
const { classify } = outcome
outcome.classify = (webhook, came, now) => {
  if (came.response?.body.includes('die')) process.kill(process.pid, 'SIGKILL')
  return classify(webhook, came, now)
}`

interface Listed {
  readonly events: readonly { readonly set_aside?: string; readonly event: { readonly event_id: string } }[]
}

describe('what ends one Node-RED after the other of several on one PostgreSQL', () => {
  const cluster = new Cluster()
  let [deaths, over] = [0, false]
  let code = ''

  afterEach(async () => {
    over = true
    await cluster.clear()
  })
  after(() => stopServer())

  /** It is started again whenever it dies, as a supervisor does. */
  async function supervise(index: number): Promise<void> {
    for (;;) {
      const nodeRed: NodeRed = cluster.site(index).nodeRed
      await nodeRed.ended()
      if (over) return
      deaths += 1
      if (deaths > MOST) return
      await cluster.start(index, undefined, {}, {}, code).catch(() => {})
    }
  }
  async function begin(flow: readonly FlowNode[], ending: string): Promise<void> {
    ;[deaths, over, code] = [0, false, ending]
    for (const index of cluster.members.keys()) await cluster.start(index, flow, {}, {}, code)
    await cluster.ready()
    for (const index of cluster.members.keys()) supervise(index).catch(() => {})
  }
  /** The answer of whichever lives. */
  async function asked<T>(ask: (site: Site) => Promise<T>): Promise<T | null> {
    for (const { site } of cluster.members) {
      const answer = await ask(site).catch(() => null)
      if (answer !== null) return answer
    }
    return null
  }
  const logged = (pattern: RegExp) =>
    cluster.members.some(({ site }) => site.everyLog().some((line) => pattern.test(line)))
  const asideEvents = async () =>
    (await asked((site) => site.admin<Listed>('GET', '/events')))?.events.filter((each) => each.set_aside) ?? []
  const failed = async (): Promise<Row[]> => (await asked((site) => site.deliveries('status=failed'))) ?? []
  const is = (what: () => Promise<readonly unknown[]>, words: string) =>
    eventually(async () => (await what()).length === 1 || deaths > MOST, words, 3 * PATIENCE)
  const whole = (ids: readonly string[]) =>
    eventually(
      async () => {
        const rows = await asked((site) => site.deliveries('status=delivered'))
        return (
          rows !== null &&
          [...ids].sort().join() ===
            rows
              .map((row) => row.event_id)
              .sort()
              .join()
        )
      },
      'they are not delivered',
      PATIENCE,
    )

  it('#103 is set aside when it is an event in a flow, and what came with it arrives', async () => {
    await cluster.prepare(2)
    const { receiver } = cluster.site(0)
    const flow = automation(receiver.url).map(
      (node): FlowNode => (node.id === 'trigger' ? { ...node, wires: [['function']] } : node),
    )
    const func = `if (msg.event.event_id === 'poison') global.get('end')(); return msg`
    const ends = { id: 'function', type: 'function', func, outputs: 1, z: 'tab', x: 1, y: 1, wires: [['template']] }
    await begin([...flow, ends], ENDS)
    await cluster.site(1).accept('before')
    const posted = ['one', 'poison', 'two'].map((id) => event({ event_id: id }))
    await cluster
      .site(0)
      .post(posted)
      .catch(() => {})
    await is(asideEvents, 'it is not set aside')
    assert.equal(deaths, 3)
    const [aside] = await asideEvents()
    assert.equal(aside?.event.event_id, 'poison')
    assert.match(aside?.set_aside ?? '', /ended three times in a row .* catches up/)
    await whole(['before', 'one', 'two'])
    assert.equal(new Set(receiver.requests.map(eventOf)).has('poison'), false)
    assert.ok(logged(/the event poison was in the flows/))
    await asked((site) => site.post(event({ event_id: 'after' })))
    await whole(['before', 'one', 'two', 'after'])
    assert.equal(deaths, 3)

    deaths = 0
    const wish = { automation: 'trigger', event_ids: ['poison'] }
    await cluster
      .site(1)
      .admin('POST', '/automations/catch-up', wish)
      .catch(() => {})
    await eventually(async () => deaths > 0, 'a person who catches up has it tried again', PATIENCE)
    await is(asideEvents, 'it is not set aside again')
    assert.ok(deaths >= 3 && deaths <= MOST, `${deaths} deaths`)
  })

  it('#103 is set aside when it is a delivery on its way; those beside it arrive, and a person redelivers it', async () => {
    await cluster.prepare(2)
    const { receiver } = cluster.site(0)
    let kills = true
    receiver.answer((request, response) => response.end(kills && eventOf(request) === 'poison' ? 'die' : 'ok'))
    await begin(automation(receiver.url), DIES)
    const posted = ['one', 'poison', 'two', 'three'].map((id) => event({ event_id: id }))
    await cluster
      .site(0)
      .post(posted)
      .catch(() => {})
    await is(failed, 'it is not set aside')
    assert.equal(deaths, 3)
    await whole(['one', 'two', 'three'])
    const [row = assert.fail()] = await failed()
    assert.deepEqual([row.event_id, row.error?.code], ['poison', 'set_aside'])
    assert.ok(logged(/delivery .* was handled\. It is set aside/))
    kills = false
    await asked((site) => site.admin('POST', `/deliveries/${row.id}/redeliver`, {}))
    await whole(['one', 'two', 'three', 'poison'])
    assert.equal(deaths, 3)
  })
})
