import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { secretId, sender, template, trigger, webhook } from '../nodes/automation.mts'
import { type Company, company } from '../nodes/wandb.mts'
import { type FlowNode, NodeRed } from './harness/node-red.mts'
import { Receiver } from './harness/receiver.mts'

describe('A watched W&B server and a Node-RED that dies', function () {
  this.timeout(120_000)
  let wandb: Company
  let receiver: Receiver
  let userDir: string
  let nodeRed: NodeRed | undefined
  beforeEach(async () => {
    wandb = await company()
    receiver = await Receiver.listen()
    userDir = await mkdtemp(path.join(tmpdir(), 'artifact-automations-wandb-'))
  })
  afterEach(async () => {
    await nodeRed?.kill()
    await receiver.close()
    await wandb.close()
    await rm(userDir, { recursive: true, force: true })
  })

  const flow = (): FlowNode[] => [
    { id: 'tab', type: 'tab', label: 'W&B' },
    ...wandb.nodes.map((node) => {
      const credentials = wandb.credentials[node.id]
      return credentials ? { ...node, credentials } : node
    }),
    webhook(receiver.url),
    ...[
      trigger({ entity: 'acme', pattern: '', x: 100, y: 100 }),
      template('{"alias": "${alias}", "version": ${artifact_version_index}}', { x: 300, y: 100 }),
      sender({ wires: [[], []], x: 500, y: 100 }),
    ].map((node) => ({ ...node, z: 'tab' })),
  ]
  const start = async () => {
    nodeRed = await NodeRed.start({ userDir })
    return nodeRed
  }
  const sent = () => receiver.requests.map(({ body }) => JSON.parse(String(body)))
  const aliases = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}-${index}`)

  it('loses no event and sends none twice when it is killed with kill -9 in the middle of polls', async () => {
    await (await start()).deploy(flow())
    await wandb.polls(3)
    const expected: string[] = []
    for (let round = 0; round < 5; round += 1) {
      const added = aliases(`round${round}`, 20)
      expected.push(...added)
      const arrived = receiver.requests.length
      wandb.world.addAlias(wandb.first, wandb.portfolio, added, wandb.ada)
      // at the question for details, just after its answer, one poll later, and while the events are being sent
      if (round < 3) await wandb.polls(round + 1)
      else await receiver.received(arrived + round)
      await nodeRed?.kill()
      const alsoWhileDead = `dead-${round}`
      expected.push(alsoWhileDead)
      wandb.world.addAlias(wandb.first, wandb.portfolio, alsoWhileDead, wandb.ada)
      await start()
      await receiver.until(
        () => new Set(sent().map(({ alias }) => alias)).size >= expected.length,
        60_000,
        () => `round ${round}: ${sent().length} of ${expected.length}`,
      )
    }
    const names = new Set(sent().map(({ alias }) => alias))
    assert.deepEqual([...names].sort(), [...expected].sort())
    assert.ok(nodeRed)
    const { events } = (await nodeRed.admin('GET', '/artifact-automations/events?limit=200')) as {
      events: { event: { alias: string } }[]
    }
    assert.deepEqual(events.map(({ event }) => event.alias).sort(), [...expected].sort(), 'each is stored once')
    // what was on its way when the process died is sent again, under the same id
    const ids = new Set(receiver.requests.map(({ headers }) => headers['webhook-id']))
    assert.equal(ids.size, expected.length)
  })

  it('keeps its baseline over a restart: what was there fires nothing, what came meanwhile fires', async () => {
    await (await start()).deploy(flow())
    await wandb.polls(3)
    await nodeRed?.stop()
    wandb.world.addAlias(wandb.first, wandb.portfolio, 'production', wandb.ada)
    await start()
    await receiver.received(1, () => true, 20_000)
    await wandb.polls(3)
    assert.deepEqual(sent(), [{ alias: 'production', version: 0 }])
  })

  it('keeps the API key out of flows, log and answers', async () => {
    const running = await start()
    await running.deploy(flow())
    await wandb.polls(2)
    const key = String((wandb.credentials[secretId('WANDB_API_KEY')] as { value: string }).value)
    const shown = JSON.stringify([await running.flows(), running.log])
    assert.ok(!shown.includes(key))
    assert.ok(!shown.includes(Buffer.from(`api:${key}`).toString('base64')))
  })
})
