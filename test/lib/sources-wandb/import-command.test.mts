import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { acme } from '../../standin/samples.mts'
import { type Standin, startStandin } from '../../standin/server.mts'

const root = path.resolve(import.meta.dirname, '../../..')
const command = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).bin['artifact-automations-import']

interface FlowNode {
  readonly id: string
  readonly type: string
  readonly [property: string]: unknown
}

describe('The command artifact-automations-import', () => {
  let standin: Standin
  let key: string
  beforeEach(async () => {
    const { world, ada, team, model, project } = acme()
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
    standin = await startStandin({ world })
  })
  afterEach(() => standin.close())

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
