import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as passed } from 'node:timers/promises'
import type { FlowNode } from '../e2e/harness/node-red.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { event } from '../nodes/automation.mts'
import { type Answer, automation, eventOf, onTab, PATIENCE, useSite } from './site.mts'

/** Only root may mount a small disk, which then can be full or read-only for root itself. */
const MAY_MOUNT = process.platform === 'linux' && process.getuid?.() === 0

/** Who posts is told to come again; what is wrong is the operator's affair. */
function refused({ status, headers, text }: Answer): void {
  assert.equal(status, 503, text)
  assert.match(headers.get('retry-after') ?? '', /^\d+$/)
  assert.match(JSON.parse(text).error.message, /send them again later/)
}

describe('Node-RED whose store cannot be used', () => {
  let mounted = false
  // the first hook, before the directory is removed
  afterEach(() => {
    if (mounted) execFileSync('umount', ['-l', site.storeDir])
    mounted = false
  })
  const site = useSite()

  /** Puts the store on a disk of its own. */
  function mount(size: string): void {
    mkdirSync(site.storeDir)
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', site.storeDir])
    mounted = true
  }

  /** Every file of the store, as it is to the last byte. */
  function files(): Record<string, string> {
    const names = readdirSync(site.storeDir).sort()
    const digest = (name: string) =>
      createHash('sha256')
        .update(readFileSync(path.join(site.storeDir, name)))
        .digest('hex')
    return Object.fromEntries(names.map((name) => [name, digest(name)]))
  }

  /** Trigger and sender are red and say why, and the editor works. */
  async function saysSo(words: RegExp): Promise<void> {
    await site.nodeRed.listen()
    for (const node of ['trigger', 'sender']) {
      const { fill } = await site.shows(node, words)
      assert.equal(fill, 'red', node)
    }
    assert.ok((await site.nodeRed.flows()).length > 0)
  }

  const taken = async () => (await site.post(event())).status === 202

  it('#10 #11 #12 because the disk is full refuses events, records the answer it waits for, and goes on when there is room', async function () {
    if (!MAY_MOUNT) this.skip()
    mount('24m')
    const held: ServerResponse[] = []
    site.receiver.answer((_request, response) => held.push(response))
    const { pid } = await site.start(automation(site.receiver.url))
    await site.accept('held')
    await site.arrived(['held'])

    writeFileSync(path.join(site.storeDir, 'somebody-elses'), Buffer.alloc(16_000_000))
    const accepted = ['held']
    let last: Answer
    for (let index = 0; ; index += 1) {
      last = await site.post(event({ event_id: `e${index}`, artifact_metadata: { note: 'x'.repeat(50_000) } }))
      if (last.status !== 202) break
      accepted.push(`e${index}`)
    }
    refused(last)
    await saysSo(/disk full/)

    site.receiver.answer((_request, response) => response.end('ok'))
    for (const response of held) response.end('ok')
    rmSync(path.join(site.storeDir, 'somebody-elses'))
    await eventually(taken, 'events are still refused', PATIENCE)
    await site.arrived(accepted)
    await site.until('pending', 0)
    const once = site.receiver.requests.slice(0, held.length).map(eventOf)
    const again = site.receiver.requests.slice(held.length).map(eventOf)
    assert.ok(once.includes('held'))
    assert.deepEqual(
      again.filter((id) => once.includes(id)),
      [],
      'nobody who has answered is asked again',
    )
    await site.shows('sender', /^200 /)
    process.kill(pid, 0)
  })

  it('#10 #12 because the disk is full keeps a message that was long in its flow before it reached the sender', async function () {
    if (!MAY_MOUNT) this.skip()
    mount('24m')
    const gate: FlowNode[] = [
      { id: 'open', type: 'http in', name: '', url: '/open', method: 'get', wires: [['gate']] },
      {
        ...{ id: 'gate', type: 'function', name: '', outputs: 2, wires: [['sender'], ['answer']] },
        func: 'if (!msg.res) { flow.set("kept", msg); return }\nreturn [flow.get("kept"), msg]',
      },
      { id: 'answer', type: 'http response', name: '', statusCode: '204', headers: {}, wires: [] },
    ]
    const flow = automation(site.receiver.url).map((node) =>
      node.id === 'template' ? { ...node, wires: [['gate']] } : node,
    )
    await site.start([...flow, ...onTab(gate).slice(1)])
    await site.accept('kept')
    // an event that is younger than this is handed over again anyway when the store works
    await passed(6_000)
    writeFileSync(path.join(site.storeDir, 'somebody-elses'), Buffer.alloc(16_000_000))
    const large = event({ alias: 'other', artifact_metadata: { note: 'x'.repeat(500_000) } })
    while ((await site.post(large)).status === 202);
    await saysSo(/disk full/)
    assert.equal((await fetch(`${site.nodeRed.url}/open`)).status, 204)
    assert.equal(site.receiver.requests.length, 0)

    rmSync(path.join(site.storeDir, 'somebody-elses'))
    await site.arrived(['kept'])
    assert.equal(site.receiver.requests.length, 1)
  })

  it('#10 #12 because the disk is full sends all it has acknowledged, also of a burst that filled it', async function () {
    if (!MAY_MOUNT) this.skip()
    mount('24m')
    await site.start(automation(site.receiver.url))
    await site.accept('first')
    writeFileSync(path.join(site.storeDir, 'somebody-elses'), Buffer.alloc(18_000_000))
    const accepted = ['first']
    // more than wait in a sender: the events are stored, and the deliveries of the last of them find no room
    for (let burst = 0; ; burst += 1) {
      const ids = Array.from({ length: 2_000 }, (_, index) => `b${burst}-${index}`)
      const { status } = await site.post(ids.map((event_id) => event({ event_id })))
      if (status !== 202) break
      accepted.push(...ids)
    }
    await saysSo(/disk full/)
    rmSync(path.join(site.storeDir, 'somebody-elses'))
    await site.arrived(accepted)
    await site.until('pending', 0)
    assert.deepEqual(site.receiver.requests.map(eventOf).sort(), accepted.sort())
  })

  it('#14 because the directory is read-only refuses events, and goes on when it may write', async () => {
    if (MAY_MOUNT) mount('16m')
    await site.start(automation(site.receiver.url))
    await site.accept('before')
    await site.until('delivered', 1)
    await site.nodeRed.stop()

    const before = files()
    if (mounted) execFileSync('mount', ['-o', 'remount,ro', site.storeDir])
    else chmodSync(site.storeDir, 0o555)
    await site.start()
    refused(await site.post(event()))
    await saysSo(/read-only|cannot be opened/)
    assert.deepEqual(files(), before)

    if (mounted) execFileSync('mount', ['-o', 'remount,rw', site.storeDir])
    else chmodSync(site.storeDir, 0o755)
    await eventually(taken, 'events are still refused', PATIENCE)
    await site.until('delivered', 2)
  })

  it('#14 because its directory was taken away refuses events and says so', async () => {
    await site.start(automation(site.receiver.url))
    await site.accept('before')
    await site.until('delivered', 1)
    rmSync(site.storeDir, { recursive: true })
    await eventually(async () => !(await taken()), 'events go into a file that nobody can open again', PATIENCE)
    refused(await site.post(event()))
    await saysSo(/store/)
    assert.equal(existsSync(site.storeFile), false, 'it does not begin anew in silence')
  })

  const damage: [string, RegExp, (file: string) => void][] = [
    ['its first page is garbage', /store is damaged/, (file) => scribble(file, 0, 100)],
    ['its table of contents is garbage', /store is damaged/, (file) => scribble(file, 100, 3_900)],
    ['a newer version of the package made it', /newer version/, (file) => execute(file, 'PRAGMA user_version = 9999')],
  ]
  for (const [what, words, spoil] of damage) {
    it(`#13 #58 because ${what} refuses events, leaves the file as it is, and works again with a good one`, async () => {
      await site.start(automation(site.receiver.url))
      await site.accept('before')
      await site.until('delivered', 1)
      await site.nodeRed.stop()
      const good = readFileSync(site.storeFile)
      spoil(site.storeFile)
      const before = files()

      await site.start()
      refused(await site.post(event()))
      await saysSo(words)
      await site.nodeRed.stop()
      assert.deepEqual(files(), before)

      writeFileSync(site.storeFile, good)
      await site.start()
      await site.accept('after')
      await site.until('delivered', 2)
      assert.deepEqual(site.receiver.requests.map(eventOf), ['before', 'after'])
    })
  }

  it('#15 #16 because another Node-RED has it refuses events, disturbs nobody, and takes over when the other one ends', async () => {
    const first = await site.start(automation(site.receiver.url))
    await site.accept('first')
    const second = await site.start()
    refused(await site.post(event(), second))
    await saysSo(/store in use elsewhere/)
    assert.equal((await site.post(event({ event_id: 'still' }), first)).status, 202)
    await site.arrived(['first', 'still'])

    await first.stop()
    await eventually(taken, 'the second does not take over', PATIENCE)
    assert.equal(site.receiver.requests.filter((request) => eventOf(request) === 'first').length, 1)
  })
})

function scribble(file: string, from: number, bytes: number): void {
  const content = readFileSync(file)
  for (let index = from; index < from + bytes; index += 1) content[index] = (index * 167) % 251
  writeFileSync(file, content)
}

function execute(file: string, sql: string): void {
  const db = new DatabaseSync(file)
  db.exec(sql)
  db.close()
}
