import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { acme } from '../standin/samples.mts'
import { type Standin, startStandin } from '../standin/server.mts'
import { npm, pack } from './pack.mts'
import { NODE_TYPES, packageJson } from './repository.mts'

const COMMAND = 'artifact-automations-import'

interface FlowNode {
  readonly type: string
  readonly name?: string
}

/** The package as a user has it: its tarball, installed where nothing else is, far from this repository. */
describe('the package that was installed from its tarball', () => {
  let userDir: string
  let standin: Standin
  let key: string

  before(async () => {
    userDir = await mkdtemp(path.join(tmpdir(), 'artifact-automations-command-'))
    await writeFile(path.join(userDir, 'package.json'), '{"name":"node-red-project","private":true}')
    const tarball = pack()
    try {
      npm(['install', '--prefer-offline', '--no-audit', '--no-fund', tarball.file], userDir)
    } finally {
      tarball.remove()
    }
    const { world, ada, team, model } = acme()
    key = String(ada.keys[0])
    const integration = world.addWebhook(team, 'ci', 'https://example.com/ci', { accessTokenRef: 'CI_TOKEN' })
    const slack = world.addSlack(team, 'acme', 'team-alerts')
    const filter = { filter: { $or: [{ $and: [{ alias: { $eq: 'production' } }] }] } }
    const payload = '{"version":"${artifact_version_string}"}'
    for (const [name, action] of [
      ['deploy', { kind: 'webhook', integration, payload }],
      ['tell', { kind: 'slack', integration: slack, title: 'New', message: '${alias}', severity: 'INFO' }],
    ] as const) {
      world.addTrigger(model, { name, eventType: 'ADD_ARTIFACT_ALIAS', filter, action })
    }
    standin = await startStandin({ world, schema: { guessed: true } })
  })
  after(async () => {
    await standin?.close()
    await rm(userDir, { recursive: true, force: true })
  })

  interface Ended {
    readonly status: number
    readonly out: string
    readonly told: string
  }

  /** Runs a program in the user directory, under the Node.js of the tests and with no more of their environment than a terminal has. */
  const run = (file: string, args: readonly string[], env: Record<string, string> = {}) =>
    new Promise<Ended>((resolve) => {
      const { HOME = userDir, PATH = '' } = process.env
      const ours = path.dirname(process.execPath)
      execFile(
        file,
        [...args],
        { cwd: userDir, env: { HOME, PATH: `${ours}${path.delimiter}${PATH}`, ...env } },
        (error, out, told) => resolve({ status: error ? Number(error.code ?? -1) : 0, out, told }),
      )
    })
  const command = (args: readonly string[], env: Record<string, string> = { WANDB_API_KEY: key }) =>
    run(path.join(userDir, 'node_modules/.bin', COMMAND), args, env)

  it(`${COMMAND} --help explains itself`, async () => {
    const { status, out, told } = await command(['--help'], {})
    assert.deepEqual([status, told], [0, ''])
    for (const word of [COMMAND, '--base-url', '--entity', '--source', 'WANDB_API_KEY']) assert.ok(out.includes(word))
  })

  it(`${COMMAND} prints a flow, and tells on standard error what could not come along`, async () => {
    const { status, out, told } = await command(['--base-url', standin.url])
    assert.equal(status, 0, told)
    const flow = JSON.parse(out) as FlowNode[]
    const names = (type: string) => flow.filter((node) => node.type === type).map(({ name }) => name)
    assert.deepEqual(names('artifact-event'), ['deploy', 'tell'])
    assert.deepEqual(names('automation-webhook'), ['ci'])
    assert.deepEqual(names('automation-secret').sort(), ['CI_TOKEN', 'WANDB_API_KEY'])
    const known = new Set(['tab', ...NODE_TYPES])
    assert.deepEqual(
      flow.filter(({ type }) => !known.has(type)),
      [],
    )
    assert.deepEqual(told.split('\n'), [
      '2 of 2 automations.',
      "missing: tell: It writes to acme #team-alerts through W&B's own Slack app: make an incoming webhook there, choose it in the sender, and enable the sender.",
      'Secrets to fill in: CI_TOKEN, WANDB_API_KEY',
      '',
    ])
    assert.ok(!`${out}${told}`.includes(key))
  })

  it('does the same as the documentation writes it, into a file', async () => {
    const line = `npx ${COMMAND} --base-url ${standin.url} --entity acme > flow.json`
    const { status, out, told } = await run('sh', ['-c', line], {
      WANDB_API_KEY: key,
      // what is not installed here must not be fetched from anywhere
      npm_config_offline: 'true',
    })
    assert.deepEqual([status, out], [0, ''], told)
    const flow = JSON.parse(await readFile(path.join(userDir, 'flow.json'), 'utf8')) as FlowNode[]
    assert.equal(flow.filter(({ type }) => type === 'artifact-event').length, 2)
  })

  for (const [what, key, status, words] of [
    ['a key that W&B does not know', 'wrong-key', 1, /does not know the API key/],
    ['no key', '', 2, /^Put the API key into the environment: WANDB_API_KEY\./],
  ] as const) {
    it(`${COMMAND} with ${what} says so, prints no flow, and fails`, async () => {
      const ended = await command(['--base-url', standin.url], key === '' ? {} : { WANDB_API_KEY: key })
      assert.deepEqual([ended.status, ended.out], [status, ''])
      assert.match(ended.told, words)
      assert.doesNotMatch(ended.told, /wrong-key|\bat .*\.js:\d/, 'neither the key nor a stack trace')
    })
  }

  it(`${COMMAND} says when nobody answers, and fails`, async () => {
    const nobody = await startStandin()
    await nobody.close()
    const { status, out, told } = await command(['--base-url', nobody.url])
    assert.deepEqual([status, out], [1, ''])
    assert.match(told, /W&B/)
    assert.doesNotMatch(told, /\bat .*\.js:\d/)
  })

  it('has every node that its package.json names, and each of them loads', async () => {
    const folder = path.join(userDir, 'node_modules', packageJson.name)
    const { 'node-red': nodeRed } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'))
    assert.deepEqual(Object.keys(nodeRed.nodes), NODE_TYPES)
    const files = (Object.values(nodeRed.nodes) as string[]).map((file) => path.join(folder, file))
    for (const file of files) {
      for (const each of [file, file.replace(/\.js$/, '.html')]) assert.ok(existsSync(each), each)
    }
    // in a process that starts where the package is: only what npm installed there can be found
    const script = 'for (const file of process.argv.slice(1)) console.log(typeof require(file))'
    const { status, out, told } = await run(process.execPath, ['-e', script, ...files])
    assert.equal(status, 0, told)
    assert.deepEqual(out.trim().split('\n'), Array(NODE_TYPES.length).fill('function'))
  })
})
