import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import type { FlowNode, NodeRed } from '../e2e/harness/node-red.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { event } from '../nodes/automation.mts'
import { automation, eventOf, PATIENCE, useSite } from './site.mts'

/** More often than it may die, so that a test ends. */
const MOST = 6
const judge = createRequire(import.meta.url).resolve('../../dist/lib/webhook/outcome.js')

/** Functions may end the process, as code of others does by a fault. */
const ENDS = { code: 'module.exports.functionGlobalContext = { end: () => process.exit(3) }' }

/** Stands for a fault of this package that nobody knows: judging one answer never comes to its end. */
const HANGS = {
  code: `
const outcome = require(${JSON.stringify(judge)})
const { classify } = outcome
outcome.classify = (webhook, came, now) => {
  if (came.response?.body.includes('hang')) {
    process.stderr.write('it hangs\\n')
    for (;;);
  }
  return classify(webhook, came, now)
}`,
}

describe('what ends Node-RED whenever it is handled', () => {
  const site = useSite()

  /** Starts it until something is set aside. @returns how often it died before */
  async function deaths(start: () => Promise<NodeRed>, isAside: () => Promise<boolean>): Promise<number> {
    for (let count = 0; count < MOST; count += 1) {
      const nodeRed = await start().catch(() => null)
      if (nodeRed === null) continue
      // a call to a process that dies fails
      const isSetAside = () => isAside().catch(() => false)
      const lives = eventually(isSetAside, 'it is neither set aside nor does it end the process', PATIENCE)
      const outlived = await Promise.race([lives.then(() => true), nodeRed.ended().then(() => false)])
      lives.catch(() => {})
      if (outlived) return count
    }
    throw new Error('It dies at every start.')
  }
  const hasFailed = async () => (await site.deliveries('status=failed')).length === 1
  const asideEvents = async () => {
    const { events } = await site.admin<{ events: { set_aside?: string; event: { event_id: string } }[] }>(
      'GET',
      '/events',
    )
    return events.flatMap(({ set_aside: words, event: { event_id: id } }) => (words === undefined ? [] : [[id, words]]))
  }

  it('#103 is set aside when it is an event in a flow, and tried three times again when a person catches up', async () => {
    const flow = automation(site.receiver.url).map(
      (node): FlowNode => (node.id === 'trigger' ? { ...node, wires: [['function']] } : node),
    )
    const ends = `if (msg.event.event_id === 'poison') global.get('end')(); return msg`
    const func = {
      id: 'function',
      type: 'function',
      func: ends,
      outputs: 1,
      z: 'tab',
      x: 1,
      y: 1,
      wires: [['template']],
    }
    await site.start([...flow, func], ENDS)
    const posted = site.post(['one', 'poison', 'two'].map((id) => event({ event_id: id }))).catch(() => {})
    await site.nodeRed.ended()
    await posted
    const aside = async () => (await asideEvents()).length === 1
    assert.equal(1 + (await deaths(() => site.start(undefined, ENDS), aside)), 3)
    await site.arrived(['one', 'two'])
    const [[id, words] = []] = await asideEvents()
    assert.equal(id, 'poison')
    assert.match(words ?? '', /ended three times in a row .* catches up/)
    assert.ok(site.nodeRed.log.some((line) => /the event poison was in the flows/.test(line)))

    const caughtUp = site.admin('POST', '/automations/catch-up', { automation: 'trigger', event_ids: ['poison'] })
    await Promise.all([site.nodeRed.ended(), caughtUp.catch(() => {})])
    assert.equal(1 + (await deaths(() => site.start(undefined, ENDS), aside)), 3)
  })

  it('#103 is set aside when it is a delivery on its way; those beside it arrive, and a person redelivers it', async () => {
    let kills = true
    site.receiver.answer((request, response) => {
      if (kills && eventOf(request) === 'poison') process.kill(site.nodeRed.pid, 'SIGKILL')
      else response.end('ok')
    })
    await site.start(automation(site.receiver.url))
    await site.post(['one', 'poison', 'two', 'three'].map((id) => event({ event_id: id }))).catch(() => {})
    await site.nodeRed.ended()
    assert.equal(1 + (await deaths(() => site.start(), hasFailed)), 3)
    await site.arrived(['one', 'two', 'three'])
    await site.until('delivered', 3)
    const [row = assert.fail()] = await site.deliveries('status=failed')
    assert.deepEqual([row.event_id, row.error?.code], ['poison', 'set_aside'])
    await site.nodeRed.logged(/webhook-sender.*ended three times in a row while this delivery/)
    kills = false
    await site.admin('POST', `/deliveries/${row.id}/redeliver`, {})
    await site.until('delivered', 4)
  })

  it('#103 is set aside when its answer hangs the process', async () => {
    site.receiver.answer((request, response) => response.end(eventOf(request) === 'poison' ? 'hang' : 'ok'))
    const start = async () => {
      const nodeRed = await site.start(undefined, HANGS)
      // whoever waits for it has it killed
      nodeRed.logged(/it hangs/, PATIENCE).then(
        () => nodeRed.kill(),
        () => {},
      )
      return nodeRed
    }
    await site.start(automation(site.receiver.url), HANGS)
    await site.accept('poison')
    await site.nodeRed.logged(/it hangs/, PATIENCE)
    await site.kill()
    assert.equal(1 + (await deaths(start, hasFailed)), 3)
    await site.accept('next')
    await site.until('delivered', 1)
  })
})
