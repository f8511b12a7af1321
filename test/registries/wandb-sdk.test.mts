import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { acme } from '../standin/samples.mts'
import { startStandin } from '../standin/server.mts'
import { type Python, pythonWith, run } from './python.mts'

const SDK = 'wandb==0.31.0'

// Found out before the tests are named, so that the list of tests says what was not run and why.
const python: Python | Error = await pythonWith('wandb-sdk', [SDK]).catch((error: Error) => error)

describe('The stand-in serves the real W&B SDK', function () {
  this.timeout(120_000)

  if (!(python instanceof Error) && 'absent' in python) {
    it(`NOT RUN with ${SDK}: ${python.absent}`)
    return
  }

  it(`lists, aliases, tags, links, unlinks and automates with ${SDK}`, async () => {
    if (python instanceof Error) throw python
    const seen = await walk(python.binary)
    assert.deepEqual(seen, {
      sdk: '0.31.0',
      viewer: 'ada',
      projects: ['training'],
      registries: ['wandb-registry-dataset', 'wandb-registry-model'],
      collections: ['classifier'],
      registry_versions: ['classifier:v0'],
      project_collections: ['resnet'],
      versions: ['resnet:v0', 'resnet:v1'],
      aliases_before: ['latest'],
      aliases_after: ['latest', 'production'],
      tags_after: ['europe'],
      collection_tags_after: ['nightly'],
      linked_as: 'acme_X7QK/wandb-registry-model/classifier:v1',
      after_unlink: ['classifier:v0'],
      created: 'from-the-sdk',
      automations: [
        ['from-the-sdk', 'ADD_ARTIFACT_ALIAS', 'changed by a test'],
        ['on-production', 'ADD_ARTIFACT_ALIAS', null],
      ],
      automations_left: ['on-production'],
      integrations: ['dispatcher'],
      runs: [['abc', 'running']],
    })
  })
})

async function walk(binary: string): Promise<unknown> {
  const { world, ada, team, project } = acme()
  const webhook = world.addWebhook(team, 'dispatcher', 'https://example.com/hook')
  world.addTrigger(project, {
    name: 'on-production',
    eventType: 'ADD_ARTIFACT_ALIAS',
    filter: { filter: { $or: [{ $and: [{ alias: { $eq: 'production' } }] }] } },
    action: { kind: 'webhook', integration: webhook, payload: '{"alias":"${alias}"}' },
  })
  world.addRun(project, ada, { name: 'abc' })
  const home = await mkdtemp(path.join(tmpdir(), 'wandb-home-'))
  const standin = await startStandin({ world })
  try {
    const { code, stdout, stderr } = await run(binary, [path.join(import.meta.dirname, 'wandb_sdk.py')], {
      PATH: process.env['PATH'],
      HOME: home,
      WANDB_DIR: home,
      WANDB_BASE_URL: standin.url,
      WANDB_API_KEY: ada.keys[0],
      WANDB_SILENT: 'true',
      WANDB_ERROR_REPORTING: 'false',
    })
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  } finally {
    await standin.close()
    await rm(home, { recursive: true, force: true })
  }
}
