import assert from 'node:assert/strict'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Receiver } from '../e2e/harness/receiver.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { collects, event, sender, source, template, trigger, webhook } from './automation.mts'
import { useNodeRed } from './harness.mts'

describe('a webhook with a delivery store of its own', () => {
  const nodeRed = useNodeRed()
  let receiver: Receiver
  beforeEach(async () => {
    receiver = await Receiver.listen()
  })
  afterEach(() => receiver.close())

  const load = (store: object) =>
    nodeRed.load([
      source(),
      trigger(),
      template('{"alias": "${alias}"}'),
      sender(),
      webhook(receiver.url, { store: 'store' }),
      { id: 'store', type: 'delivery-store', name: 'own', version: 1, backend: 'sqlite', path: 'own.db', ...store },
      collects('delivered'),
      collects('failed'),
    ])
  const post = () => nodeRed.fetch('/artifact-events', { body: event({}) })
  const files = () => readdir(path.join(nodeRed.userDir, 'artifact-automations'))

  it('finds its file by an environment variable', async () => {
    process.env['TEST_STORE_FILE'] = 'named.db'
    try {
      await load({ path: '${TEST_STORE_FILE}' })
    } finally {
      delete process.env['TEST_STORE_FILE']
    }
    assert.equal((await post()).status, 202)
    await nodeRed.messages('delivered')
    assert.ok((await files()).includes('named.db'))
    assert.deepEqual(
      (await files()).filter((name) => name.includes('$')),
      [],
    )
  })

  it('delivers from the embedded store while its own cannot be opened, and shows that', async () => {
    await mkdir(path.join(nodeRed.userDir, 'artifact-automations', 'own.db'), { recursive: true })
    await load({})
    assert.equal((await post()).status, 202)
    await nodeRed.messages('delivered')
    assert.equal(nodeRed.statusOf('sender').fill, 'red')
  })

  it('delivers from the embedded store while its own is damaged', async () => {
    await mkdir(path.join(nodeRed.userDir, 'artifact-automations'))
    await writeFile(path.join(nodeRed.userDir, 'artifact-automations', 'own.db'), 'no database '.repeat(1000))
    await load({})
    assert.equal((await post()).status, 202)
    await nodeRed.messages('delivered')
    assert.equal(nodeRed.statusOf('sender').fill, 'red')
    assert.deepEqual(nodeRed.received('failed'), [])
  })

  for (const [what, settings] of [
    ['another backend', { backend: 'postgres' }],
    ['days that would delete its history', { retentionDays: '-5' }],
    ['days in words', { retentionDays: 'long' }],
  ] as const) {
    it(`waits, and says so, when that has ${what}`, async () => {
      await load(settings)
      assert.equal((await post()).status, 202)
      const saysSo = async () => nodeRed.statusOf('sender').text === 'store settings · 1 waiting'
      await eventually(saysSo, 'the sender says that its delivery waits')
      assert.equal(receiver.requests.length, 0)
      assert.deepEqual(
        (await files()).filter((name) => name.startsWith('own')),
        [],
      )
    })
  }
})
