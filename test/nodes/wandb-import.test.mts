import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Remark } from '../../dist/lib/sources/wandb/automations/automation.js'
import { Receiver, type Recorded } from '../e2e/harness/receiver.mts'
import { brief } from '../lib/sources/wandb/watching.mts'
import { collects, webhook } from './automation.mts'
import { type FlowNode, useNodeRed } from './harness.mts'
import { company } from './wandb.mts'
import { FORM_SAMPLES } from './wandb-import/form-samples.mts'
import { type Sampled, samplePlaces } from './wandb-import/places.mts'
import { ends, type Sample } from './wandb-import/sample.mts'
import { SDK_SAMPLES } from './wandb-import/sdk-samples.mts'
import { UNSUPPORTED } from './wandb-import/unsupported.mts'

const run = promisify(execFile)
const COMMAND = path.resolve(import.meta.dirname, '../../dist/lib/sources/wandb/import-main.js')

/** A flow as text with ids that say where their nodes stand in it, so that two imports can be compared. */
const numbered = (flow: readonly FlowNode[]): string =>
  flow.reduce((text, { id }, index) => text.replaceAll(id, `id${index}`), JSON.stringify(flow, null, 1))

const SAMPLES = [...SDK_SAMPLES, ...FORM_SAMPLES]

interface Answer {
  readonly flow: readonly FlowNode[]
  readonly report: readonly Remark[]
  readonly secrets: readonly string[]
}

describe('automations that are imported from W&B', function () {
  this.timeout(60_000)
  const nodeRed = useNodeRed()
  let wandb: Sampled
  let receiver: Receiver
  beforeEach(async () => {
    const people = await company()
    wandb = Object.assign(people, { places: samplePlaces(people) })
    receiver = await Receiver.listen()
    await nodeRed.load(wandb.nodes, wandb.credentials)
  })
  afterEach(async () => {
    await receiver.close()
    await wandb.close()
  })

  function addToWandb(sample: (typeof UNSUPPORTED)[number] | Sample): void {
    const { registry, project, collection, sequence } = wandb.places
    const scopes = {
      registry,
      project,
      collection,
      sequence,
      team: wandb.team,
      organization: wandb.organization.entity,
    }
    wandb.world.addTrigger(scopes[sample.scope], { ...sample, action: sample.action(wandb.places) })
  }

  /** What the button in the source's dialog does. */
  async function importAll(): Promise<Answer> {
    const response = await nodeRed.fetch('/artifact-automations/sources/source/automations', { body: {} })
    assert.equal(response.status, 200)
    return (await response.json()) as Answer
  }

  const inWords = (report: readonly Remark[], automation: string) =>
    report.filter((each) => each.automation === automation).map(({ severity, message }) => `${severity}: ${message}`)

  /** The changes that a person makes: the address of the receiver, an incoming webhook for Slack, and the secrets. */
  async function deploy({ flow, secrets }: Answer): Promise<void> {
    const incoming = webhook(`${receiver.url}/webhook`, { id: 'incoming', service: 'slack' })
    const changed = flow.map((node) => {
      if (node.type === 'automation-webhook') {
        const { pathname } = new URL(String(node['url']))
        return { ...node, url: receiver.url + pathname }
      }
      if (node.type === 'webhook-sender' && node['webhook'] === '') return { ...node, webhook: incoming.id, d: false }
      return node
    })
    const named = new Map(flow.map(({ id, type, name }) => [type === 'automation-secret' ? name : null, id]))
    const values = Object.fromEntries(secrets.map((name) => [named.get(name), { value: `value of ${name}` }]))
    await nodeRed.redeploy([...wandb.nodes, ...changed, incoming], { ...wandb.credentials, ...values })
  }

  /** The same flow, with a node beside the template that keeps what comes there in `fired`; without one, all that the trigger sends. */
  function listened({ flow, ...rest }: Answer): Answer {
    const trigger = flow.find(({ type }) => type === 'artifact-event')
    const template = flow.find(({ type }) => type === 'payload-template')
    const listening = flow.map((node) => {
      const outputs = (node['wires'] ?? []) as string[][]
      const isHeard = (output: string[]) => (template ? output.includes(template.id) : node === trigger)
      return outputs.some(isHeard)
        ? { ...node, wires: outputs.map((output) => (isHeard(output) ? [...output, 'fired'] : output)) }
        : node
    })
    return { ...rest, flow: [...listening, { ...collects('fired'), z: trigger?.['z'] }] }
  }
  const fired = () => brief(nodeRed.received('fired').map(({ payload }) => payload as never))

  for (const sample of SAMPLES) {
    const { name, when, happens, misses, fires, body, report } = sample
    it(`${name}: fires once when ${when}; not for ${Object.keys(misses).join(', ')}`, async () => {
      addToWandb(sample)
      const answer = await importAll()
      assert.deepEqual(inWords(answer.report, name), report)
      await deploy(listened(answer))
      await wandb.polls(2)
      for (const miss of Object.values(misses)) miss(wandb)
      happens(wandb)
      await nodeRed.messages('fired', 1, 20_000)
      if (body !== null) await receiver.received()
      await wandb.polls(2)
      assert.deepEqual(fired(), [fires])
      assert.equal(receiver.requests.length, body === null ? 0 : 1)
      for (const request of receiver.requests) sentAsByWandb(request, sample)
    })
  }

  it('are reported in words where W&B can do what is not possible here, and then start nothing', async () => {
    for (const each of UNSUPPORTED) addToWandb(each)
    const answer = await importAll()
    assert.deepEqual(
      UNSUPPORTED.map(({ name }) => [name, inWords(answer.report, name)]),
      UNSUPPORTED.map(({ name, report }) => [name, report]),
    )
    const triggers = answer.flow.filter(({ type }) => type === 'artifact-event')
    const disabled = triggers.filter((node) => node['d'] === true).map(({ name }) => name)
    const saidSo = UNSUPPORTED.filter(({ report }) => /(It is|and) disabled/.test(report.join())).map(
      ({ name }) => name,
    )
    assert.deepEqual(disabled.sort(), saidSo.sort())
    await deploy(answer)
    await wandb.polls(4)
    wandb.world.link(wandb.first, wandb.places.collection, ['production'])
    ends(wandb, 'run', 'failed')
    await wandb.polls(4)
    assert.equal(receiver.requests.length, 0)
  })

  it('are laid out all at once on one tab for each scope, and nothing of them is red', async () => {
    for (const each of [...SAMPLES, ...UNSUPPORTED]) addToWandb(each)
    const answer = await importAll()
    const labels = answer.flow.filter(({ type }) => type === 'tab').map(({ label }) => label)
    assert.deepEqual(labels, [
      'W&B organization acme',
      'W&B registry acme/test-registry',
      'W&B registry acme/test-registry/test-collection',
      'W&B entity vision',
      'W&B project vision/test-project',
      'W&B project vision/test-project/test-sequence',
    ])
    assert.deepEqual(answer.secrets, ['MY_KEY', 'MY_SECRET', 'MY_TOKEN'])
    await deploy(answer)
    await wandb.polls(12)
    for (const { id, type, name, d } of answer.flow) {
      if (type !== 'tab') assert.notEqual(nodeRed.statusOf(id).fill, 'red', `${type} ${name}`)
      if (type === 'artifact-event' && d !== true)
        assert.match(nodeRed.statusOf(id).text ?? '', /^polled/, String(name))
    }
  })

  it('are the same from the command line', async () => {
    for (const each of [...SAMPLES, ...UNSUPPORTED]) addToWandb(each)
    const { flow } = await importAll()
    const { stdout } = await run(process.execPath, [COMMAND, '--base-url', wandb.standin.url, '--source', 'source'], {
      env: { ...process.env, WANDB_API_KEY: String(wandb.ada.keys[0]) },
    })
    assert.deepEqual(numbered(JSON.parse(stdout)), numbered(flow))
  })

  function sentAsByWandb(request: Recorded, { body, action }: Sample): void {
    const { method, url, headers } = request
    assert.deepEqual([method, url, headers['content-type']], ['POST', '/webhook', 'application/json'])
    const expected = typeof body === 'function' ? body(wandb) : body
    // W&B sorts members and drops spaces; here they stand as in the template
    assert.deepEqual(JSON.parse(String(request.body)), JSON.parse(String(expected)))
    const does = action(wandb.places)
    const isSigned = does.kind === 'webhook' && does.integration === wandb.places.signed
    const signature = createHmac('sha256', 'value of MY_SECRET').update(request.body).digest('hex')
    assert.deepEqual(
      [headers.authorization, headers['x-wandb-signature']],
      isSigned ? ['Bearer value of MY_TOKEN', signature] : [undefined, undefined],
    )
  }
})
