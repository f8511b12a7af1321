import assert from 'node:assert/strict'
import { Receiver } from '../e2e/harness/receiver.mts'
import { secret, secretId } from './automation.mts'
import { type FlowNode, useNodeRed } from './harness.mts'
import { type Company, company } from './wandb.mts'

const CANARY = 'canary-of-this-machine'
const VARIABLES = ['NODE_RED_CREDENTIAL_SECRET', 'HOSTILE', 'a}${b', 'name', 'production']

/**
 * Whoever may write an automation in W&B writes what an import saves. Node-RED itself is the judge of what it replaces
 * in saved properties: the flow is deployed as the import laid it out, with variables that everything could mean.
 */
describe('automations that somebody wrote to get at what is here', function () {
  this.timeout(60_000)
  const nodeRed = useNodeRed()
  const before = { ...process.env }
  let wandb: Company
  let receiver: Receiver
  beforeEach(async () => {
    for (const name of VARIABLES) process.env[name] = `${CANARY}-${name}`
    wandb = await company()
    receiver = await Receiver.listen()
    await nodeRed.load([...wandb.nodes, secret('GITHUB_TOKEN')], {
      ...wandb.credentials,
      [secretId('GITHUB_TOKEN')]: { value: `${CANARY}-github` },
    })
  })
  afterEach(async () => {
    for (const name of VARIABLES) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
    await receiver.close()
    await wandb.close()
  })

  const REFERENCES = VARIABLES.flatMap((name) => [`\${${name}}`, `$(${name})`, ` \${${name}}`])

  it('send no variable and no secret of this machine anywhere, and put none into metrics, history or answers', async () => {
    const { world, team, model } = wandb
    for (const [index, reference] of REFERENCES.entries()) {
      const integration = world.addWebhook(team, reference, `${receiver.url}/${index}`, {
        accessTokenRef: 'GITHUB_TOKEN',
      })
      const payload = JSON.stringify({
        name: '${automation_name}',
        secrets: '${GITHUB_TOKEN} $GITHUB_TOKEN ${WANDB_API_KEY}',
        reference,
      })
      const filter = { filter: { $or: [{ $and: [] }] } }
      for (const each of [payload, '${automation_name}', reference]) {
        world.addTrigger(model, {
          name: reference,
          eventType: 'ADD_ARTIFACT_ALIAS',
          filter,
          action: { kind: 'webhook', integration, payload: each },
        })
      }
      world.addTrigger(model, {
        name: `pattern ${index}`,
        eventType: 'ADD_ARTIFACT_ALIAS',
        filter: { filter: { $or: [{ $and: [{ alias: { $regex: reference } }] }] } },
        action: { kind: 'webhook', integration, payload: '{}' },
      })
    }
    const answer = await nodeRed.fetch('/artifact-automations/sources/source/automations', { body: {} })
    assert.equal(answer.status, 200)
    const { flow, secrets, report } = (await answer.json()) as {
      flow: FlowNode[]
      secrets: string[]
      report: { message: string }[]
    }
    assert.ok(report.some(({ message }) => message.includes('which Node-RED would replace by a variable')))
    assert.ok(!JSON.stringify(flow).includes(`"${secretId('GITHUB_TOKEN')}"`))
    assert.ok(!JSON.stringify(flow).includes(`"${secretId('WANDB_API_KEY')}"`))
    const named = new Map(flow.map(({ id, type, name }) => [type === 'automation-secret' ? name : null, id]))
    const values = Object.fromEntries(secrets.map((name) => [named.get(name), { value: 'given by a person' }]))
    const own = { [secretId('GITHUB_TOKEN')]: { value: `${CANARY}-github` } }
    await nodeRed.redeploy([...wandb.nodes, secret('GITHUB_TOKEN'), ...flow], {
      ...wandb.credentials,
      ...own,
      ...values,
    })
    await wandb.polls(2)
    world.addAlias(wandb.first, wandb.portfolio, 'production')
    const live = flow.filter(({ type, d }) => type === 'webhook-sender' && d !== true).length
    await receiver.received(REFERENCES.length)
    await wandb.polls(2)
    assert.ok(live >= REFERENCES.length)
    const sent = receiver.requests.map(({ method, url, headers, body }) => [method, url, headers, String(body)])
    const bodies = sent.map(([, , , body]) => String(body)).join('\n')
    assert.match(bodies, /given by a person/)
    assert.match(bodies, /"W&B: \$\{NODE_RED_CREDENTIAL_SECRET\}"/)
    const key = String(wandb.ada.keys[0])
    for (const route of ['metrics', 'automations', 'deliveries?limit=200', 'events']) {
      const text = await (await nodeRed.fetch(`/artifact-automations/${route}`)).text()
      assert.ok(!text.includes(CANARY) && !text.includes(key), route)
    }
    const text = JSON.stringify(sent)
    assert.ok(!text.includes(CANARY) && !text.includes(key), text)
    for (const { id, type } of flow) {
      if (type !== 'tab') assert.ok(!JSON.stringify(nodeRed.statusOf(id)).includes(CANARY), type)
    }
  })
})
