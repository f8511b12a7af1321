import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { acme } from '../../../standin/samples.mts'
import { type Standin, startStandin } from '../../../standin/server.mts'

const root = path.resolve(import.meta.dirname, '../../../..')
const command = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).bin['artifact-automations-import']

interface FlowNode {
  readonly id: string
  readonly type: string
  readonly [property: string]: unknown
}

describe('The command artifact-automations-import', () => {
  let standin: Standin
  let key: string
  let world: ReturnType<typeof acme>['world']
  let model: ReturnType<typeof acme>['model']
  let folder: string
  beforeEach(async () => {
    const company = acme()
    ;({ world, model } = company)
    const { ada, team, project } = company
    folder = mkdtempSync(path.join(tmpdir(), 'artifact-automations-import-'))
    key = ada.keys[0] ?? ''
    const integration = world.addWebhook(team, 'ci', 'https://example.com/ci', { accessTokenRef: 'CI_TOKEN' })
    world.addTrigger(model, {
      name: 'deploy',
      eventType: 'ADD_ARTIFACT_ALIAS',
      filter: { filter: { $or: [{ $and: [{ alias: { $regex: '^production$' } }] }] } },
      action: { kind: 'webhook', integration, payload: '{"v": "${artifact_version_string}"}' },
    })
    world.addTrigger(project, {
      name: 'ask the agent',
      eventType: 'RUN_STATE',
      filter: { run_filter: '{"$and":[]}', run_state_filter: { states: ['FAILED'] } },
      action: { kind: 'aria', prompt: 'why?' },
    })
    standin = await startStandin({ world, schema: { guessed: true } })
  })
  afterEach(async () => {
    rmSync(folder, { recursive: true })
    await standin.close()
  })

  const run = (args: string[], env: Record<string, string> = { WANDB_API_KEY: key }) =>
    new Promise<{ status: number; out: string; told: string }>((resolve) => {
      execFile(
        process.execPath,
        [path.join(root, command), ...args],
        { env: { PATH: process.env['PATH'], ...env } },
        (error, out, told) => resolve({ status: Number(error?.code ?? 0), out, told }),
      )
    })
  const flowOf = (out: string) => JSON.parse(out) as FlowNode[]
  const names = (flow: FlowNode[]) => flow.filter(({ type }) => type === 'artifact-event').map(({ name }) => name)

  it('prints a flow with its source, and tells what is missing and which secrets to fill in', async () => {
    const { status, out, told } = await run(['--base-url', standin.url])
    assert.equal(status, 0, told)
    const flow = flowOf(out)
    assert.deepEqual(names(flow), ['deploy', 'ask the agent'])
    const source = flow.find(({ type }) => type === 'artifact-source')
    assert.deepEqual([source?.['kind'], source?.['baseUrl']], ['wandb', standin.url])
    const apiKey = flow.find(({ id }) => id === source?.['apiKey'])
    assert.equal(apiKey?.['name'], 'WANDB_API_KEY')
    for (const node of flow.filter(({ type }) => type === 'artifact-event')) assert.equal(node['source'], source?.id)
    assert.match(told, /missing: ask the agent: .*ARIA/)
    assert.match(told, /Secrets to fill in: CI_TOKEN, WANDB_API_KEY/)
    assert.ok(!`${out}${told}`.includes(key))
  })

  it('leaves out what belongs to others than the named, and uses the source that is there', async () => {
    const { out } = await run(['--base-url', standin.url, '--entity', 'acme', '--source', 'abc'])
    const flow = flowOf(out)
    assert.deepEqual(names(flow), ['deploy'])
    assert.equal(flow.find(({ type }) => type === 'artifact-event')?.['source'], 'abc')
    assert.equal(
      flow.some(({ type }) => type === 'artifact-source'),
      false,
    )
    const both = await run(['--base-url', standin.url, '--entity', 'vision', '--entity', 'acme_X7QK'])
    assert.deepEqual(names(flowOf(both.out)), ['deploy', 'ask the agent'])
  })

  const written = (text: string) => {
    const file = path.join(folder, 'flows.json')
    writeFileSync(file, text)
    return file
  }

  it('knows what a flow file has already: the source and the automations of an earlier import, and secrets that nobody gets', async () => {
    const first = await run(['--base-url', standin.url])
    const before = flowOf(first.out)
    const everything = ['--base-url', standin.url, '--flows', written(first.out)]
    const same = await run(everything)
    assert.deepEqual([same.status, flowOf(same.out)], [0, []], same.told)
    assert.match(same.told, /^2 of them are there already, and left out: deploy, ask the agent$/m)
    const webhook = world.addWebhook(model.entity, 'cd', 'https://example.com/cd', { accessTokenRef: 'CI_TOKEN' })
    const added = {
      eventType: 'LINK_MODEL',
      filter: {},
      action: { kind: 'webhook', integration: webhook, payload: '{}' },
    } as const
    world.addTrigger(model, { name: 'added', ...added })
    const { out, told } = await run(everything)
    const flow = flowOf(out)
    assert.deepEqual(names(flow), ['added'])
    const idOf = (type: string, name: string) => before.find((node) => node.type === type && node['name'] === name)?.id
    assert.equal(flow.find(({ type }) => type === 'artifact-event')?.['source'], idOf('artifact-source', 'W&B'))
    const secret = flow.find(({ type }) => type === 'automation-secret')
    assert.equal(secret?.['name'], 'CI_TOKEN_OF_acme_X7QK')
    assert.equal(flow.find(({ type }) => type === 'automation-webhook')?.['accessToken'], secret?.id)
    for (const { id } of before.filter(({ type }) => type === 'automation-secret')) assert.ok(!out.includes(id))
    assert.match(told, /^Secrets to fill in: CI_TOKEN_OF_acme_X7QK$/m)
  })

  it('gives the API key a secret of its own, whatever the secrets of the team are named', async () => {
    const webhook = world.addWebhook(model.entity, 'cd', 'https://example.com/cd', { accessTokenRef: 'WANDB_API_KEY' })
    const action = { kind: 'webhook', integration: webhook, payload: '{}' } as const
    world.addTrigger(model, { name: 'added', eventType: 'LINK_MODEL', filter: {}, action })
    const { out, told } = await run(['--base-url', standin.url])
    const flow = flowOf(out)
    const secrets = flow.filter(({ type }) => type === 'automation-secret').map(({ name }) => name)
    assert.deepEqual(secrets.sort(), ['CI_TOKEN', 'WANDB_API_KEY', 'WANDB_API_KEY_OF_acme_X7QK'])
    const source = flow.find(({ type }) => type === 'artifact-source')
    const key = flow.find(({ id }) => id === source?.['apiKey'])
    assert.equal(key?.['name'], 'WANDB_API_KEY')
    assert.ok(flow.every(({ type, accessToken }) => type !== 'automation-webhook' || accessToken !== key?.id))
    assert.match(told, /Secrets to fill in: CI_TOKEN, WANDB_API_KEY_OF_acme_X7QK, WANDB_API_KEY$/m)
  })

  it('prints what is no letter in a name as JSON has it, and the flow as it is', async () => {
    const name = 'a\u001b]0;title\u0007\u202e\u009b31m\nmissing: forged: line'
    world.addTrigger(model, { name, eventType: 'LINK_MODEL', filter: {}, action: { kind: 'aria', prompt: '' } })
    const { out, told } = await run(['--base-url', standin.url])
    assert.ok(names(flowOf(out)).includes(name))
    assert.match(told, /^missing: a\\u001b\]0;title\\u0007\\u202e\\u009b31m\\u000amissing: forged: line: /m)
    assert.doesNotMatch(told.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u)
  })

  for (const [what, text] of [
    ['is no JSON', '[{'],
    ['is no flow', '{"a": 1}'],
  ] as const) {
    it(`says that a flow file ${what}, and prints no flow`, async () => {
      const { status, out, told } = await run(['--base-url', standin.url, '--flows', written(text)])
      assert.deepEqual([status, out], [2, ''])
      assert.match(told, /flows\.json is no flow file/)
    })
  }

  it('takes the base URL from where the W&B command has it', async () => {
    const { status } = await run([], { WANDB_API_KEY: key, WANDB_BASE_URL: standin.url })
    assert.equal(status, 0)
  })

  for (const [what, args, env, status, words] of [
    ['without a key', [], {}, 2, /WANDB_API_KEY/],
    ['with an unknown option', ['--all'], { WANDB_API_KEY: 'k' }, 2, /--all/],
    ['with a base URL for people', ['--base-url', 'https://wandb.ai'], { WANDB_API_KEY: 'k' }, 2, /programs ask/],
    ['with a key that is refused', [], { WANDB_API_KEY: 'wrong' }, 1, /does not know the API key/],
  ] as const) {
    it(`says what is wrong ${what}, and prints no flow`, async () => {
      const at = args.length === 0 ? ['--base-url', standin.url] : [...args]
      const answer = await run(at, env)
      assert.deepEqual([answer.status, answer.out], [status, ''])
      assert.match(answer.told, words)
    })
  }

  it('explains itself', async () => {
    const { status, out } = await run(['--help'], {})
    assert.equal(status, 0)
    assert.match(out, /artifact-automations-import \[options\] > flow.json/)
  })
})
