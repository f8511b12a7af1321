import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { FlowNode } from '../e2e/harness/node-red.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { sender, source, template, trigger, webhook } from '../nodes/automation.mts'
import { mlflowStandin, type Standin } from '../standin/mlflow/server.mts'
import { MlflowWorld } from '../standin/mlflow/world.mts'
import { eventOf, onTab, PATIENCE, useSite } from './site.mts'

const PLACE = { entity: 'acme', project: 'models' }

/** One MLflow that is watched, and tells the same automations by its webhook. */
const flowOf = (mlflow: string, farEnd: string): FlowNode[] => {
  const on = (of: string) => {
    const scope = { scope: 'project', entity: 'acme', project: '', events: ['ADD_ARTIFACT_ALIAS'], pattern: '' }
    return trigger({ id: `on-${of}`, source: of, ...scope })
  }
  return onTab([
    source({ id: 'watched', kind: 'mlflow', baseUrl: mlflow, apiKey: '', interval: '1', ...PLACE }),
    source({ id: 'told', format: 'mlflow', ...PLACE }),
    on('watched'),
    on('told'),
    template('{"event": "${artifact_version_string}", "id": "${event.event_id}"}'),
    sender({ wires: [[], []] }),
    webhook(farEnd),
  ])
}

describe('A change that a registry tells by its webhook, and that is seen by a look', () => {
  const site = useSite()
  let mlflow: Standin
  let world: MlflowWorld

  beforeEach(async () => {
    world = new MlflowWorld()
    world.create('churn')
    world.createVersion('churn')
    mlflow = await mlflowStandin(world)
  })
  afterEach(() => mlflow.close())

  const start = async () => {
    const dies = path.join(site.userDir, 'dies')
    const env = { DIES_IF: dies, NODE_OPTIONS: `--require ${path.join(import.meta.dirname, 'dies-before-202.cjs')}` }
    const nodeRed = await site.start(flowOf(mlflow.url, site.receiver.url), { env })
    await nodeRed.listen()
    await site.shows('on-watched', /polled/)
    return { mayDie: () => writeFileSync(dies, ''), mayLive: () => rmSync(dies, { force: true }) }
  }

  /** MLflow's webhook of an alias; null when nobody answered. */
  const tell = async (delivery: string, alias: string): Promise<{ event_id: string; duplicate: boolean } | null> => {
    const message = { entity: 'model_version_alias', action: 'created', timestamp: new Date().toISOString() }
    const data = { name: 'churn', alias, version: '1' }
    const sent = fetch(`${site.nodeRed.url}/artifact-events`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-MLflow-Delivery-Id': delivery },
      body: JSON.stringify({ ...message, data }),
    })
    const answer = await sent.catch(() => null)
    if (answer === null) return null
    const text = await answer.text()
    assert.equal(answer.status, 202, text)
    return JSON.parse(text)[0]
  }

  it('is one delivery when Node-RED is killed after it took the webhook’s message and before it answered', async () => {
    const { mayDie, mayLive } = await start()
    world.setAlias('churn', 'production', 1)
    await site.until('delivered', 1)
    mayDie()
    assert.equal(await tell('d1', 'production'), null, 'nobody answered')
    mayLive()
    await start()
    const again = await tell('d1', 'production')
    assert.equal(again?.duplicate, true, 'it was stored before, as the event of the look')
    world.setAlias('churn', 'last', 1)
    await site.arrived(['acme/models/churn:last'])
    await site.until('pending', 0)
    const { requests } = site.receiver
    assert.deepEqual(requests.map(eventOf), ['acme/models/churn:production', 'acme/models/churn:last'])
    assert.equal(JSON.parse(requests[0]!.body.toString()).id, again?.event_id)
  })

  it('is one delivery whichever is first, many times, in a race', async () => {
    await start()
    const aliases = Array.from({ length: 16 }, (_, index) => `a${index}`)
    for (const [index, alias] of aliases.entries()) {
      const polls = mlflow.requests.length
      world.setAlias('churn', alias, 1)
      // a look begins each second: here and there before, in and after it
      await eventually(async () => index % 2 === 0 || mlflow.requests.length > polls, 'it is not watched', PATIENCE)
      await tell(`d-${alias}`, alias)
    }
    await site.arrived(aliases.map((alias) => `acme/models/churn:${alias}`))
    await site.shows('on-watched', /polled/)
    world.setAlias('churn', 'last', 1)
    await site.arrived(['acme/models/churn:last'])
    await site.until('pending', 0)
    assert.equal(site.receiver.requests.length, aliases.length + 1)
  })
})
