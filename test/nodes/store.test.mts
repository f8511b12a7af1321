import assert from 'node:assert/strict'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { SqliteStore } from '../../dist/lib/store/sqlite/store.js'
import { Receiver } from '../e2e/harness/receiver.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { delivered as deliveredAt, end, record, start } from '../lib/store/make.mts'
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

  for (const given of ['.', '../artifact-automations', 'store.db/own.db', 'store.db-wal']) {
    it(`keeps deliveries waiting in the embedded store while its own has a path that would spoil it: ${given}`, async () => {
      await load({ path: given })
      assert.equal((await post()).status, 202)
      const waits = async () => nodeRed.statusOf('sender').text === 'store settings · 1 waiting'
      await eventually(waits, 'the sender shows why it waits')
      assert.equal(nodeRed.statusOf('sender').fill, 'red')
      assert.ok((await stat(path.join(nodeRed.userDir, 'artifact-automations', 'store.db'))).isFile())
      assert.deepEqual(
        (await files()).filter((name) => name.startsWith('own')),
        [],
      )
    })
  }

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

describe('the history of a store', () => {
  const nodeRed = useNodeRed()
  const DAY = 86_400_000

  /** Puts deliveries into a file that were delivered so many days ago, the oldest first. (The newest of all always stays.) */
  const delivered = async (file: string, ...ages: number[]) => {
    const folder = path.join(nodeRed.userDir, 'artifact-automations')
    await mkdir(folder, { recursive: true })
    const store = new SqliteStore({ path: path.join(folder, file) })
    await store.open(start(Date.now()))
    for (const age of ages) {
      const at = Date.now() - age * DAY
      const { claimed } = await store.enqueue(record(`${age} days`, { createdAt: at, claim: true }))
      await store.record(deliveredAt(claimed!, { at }))
    }
    await store.close(end(Date.now()))
  }

  /** The ids in the history, once what is too old has been deleted. */
  const keptWithout = async (id: string) => {
    let ids: string[] = []
    const swept = async () => {
      const page = await nodeRed.fetch('/artifact-automations/deliveries')
      ids = ((await page.json()) as { deliveries: { id: string }[] }).deliveries.map((one) => one.id)
      return !ids.includes(id)
    }
    await eventually(swept, `${id} is still there`)
    return ids
  }

  const store = (id: string, more: object) => ({
    id,
    type: 'delivery-store',
    name: '',
    version: 1,
    backend: 'sqlite',
    ...more,
  })

  it('is kept for 30 days', async () => {
    await delivered('store.db', 31, 29, 0)
    await nodeRed.load([source(), trigger({ wires: [[]] })])
    assert.deepEqual(await keptWithout('31 days'), ['0 days', '29 days'])
  })

  it('is kept as the store says that has no path, because that is the embedded one', async () => {
    await delivered('store.db', 91, 89, 0)
    await nodeRed.load([source(), trigger({ wires: [[]] }), store('long', { path: '', retentionDays: '90' })])
    assert.deepEqual(await keptWithout('91 days'), ['0 days', '89 days'])
  })

  it('is kept for the longest time that one of several stores says', async () => {
    await delivered('store.db', 61, 59, 0)
    await nodeRed.load([
      source(),
      trigger({ wires: [[]] }),
      store('two months', { path: '', retentionDays: '60' }),
      store('a week', { path: 'store.db', retentionDays: '7' }),
    ])
    assert.deepEqual(await keptWithout('61 days'), ['0 days', '59 days'])
  })
})
