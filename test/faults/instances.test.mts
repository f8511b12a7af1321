import assert from 'node:assert/strict'
import { setTimeout as passed } from 'node:timers/promises'
import { eventually } from '../e2e/harness/wait.mts'
import { event, webhook } from '../nodes/automation.mts'
import { Cluster, stopServer } from './cluster.mts'
import { automation, eventOf, PATIENCE } from './site.mts'

const HOOK = 'webhook/webhook'

describe('several Node-RED on one PostgreSQL', () => {
  const cluster = new Cluster()
  const ids = (count: number, name = 'e') => Array.from({ length: count }, (_, index) => `${name}${index}`)

  afterEach(() => cluster.clear())
  after(() => stopServer())

  const owned = () => eventually(async () => (await cluster.ownerOf(HOOK)) !== null, 'nobody has the webhook', PATIENCE)
  /** The first of them has the webhook. */
  const two = async (hook: object = {}) => {
    await cluster.prepare(2)
    const flow = automation(cluster.site(0).receiver.url, { hook })
    await cluster.start(0, flow)
    await owned()
    await cluster.start(1, flow)
    await cluster.ready()
  }
  const arrived = (wanted: readonly string[]) => cluster.site(0).arrived(wanted)
  const requests = () => cluster.site(0).receiver.requests
  const events = () => requests().map(eventOf)

  it('accept anywhere, know each other’s events, send each once, and have one history', async () => {
    await two()
    const all = ids(20)
    await Promise.all(all.map((id, index) => cluster.site(index % 2).accept(id)))
    await arrived(all)
    const again = await cluster.site(1).post(event({ event_id: 'e0' }))
    assert.match(again.text, /"duplicate":true/)
    for (const index of [0, 1]) await cluster.site(index).until('delivered', 20)
    assert.deepEqual(events().sort(), [...all].sort())
  })

  it('#104 go on when one is killed with kill -9: its webhook, and what its flows had', async () => {
    await two()
    cluster.site(0).receiver.answer((_request, response) => response.destroy())
    await cluster.site(0).accept('before')
    await cluster.site(0).receiver.until(
      () => requests().length > 0,
      PATIENCE,
      () => 'nothing was sent',
    )
    cluster.site(0).receiver.answer((_request, response) => response.end('ok'))
    await cluster.site(0).kill()
    await cluster.site(1).accept('after')
    await arrived(['before', 'after'])
    await cluster.site(1).until('delivered', 2)
  })

  it('send in order of a collection, and within the rate limit, whoever is asked', async () => {
    await two({ ordering: 'collection', rateLimit: '20' })
    const all = ids(30)
    for (const [index, id] of all.entries()) {
      await cluster.site(index % 2).accept(id)
      const made = async () => (await cluster.rows(`SELECT 1 FROM @deliveries WHERE event_id = '${id}'`)).length === 1
      await eventually(made, `${id} did not reach its sender`, PATIENCE)
    }
    await arrived(all)
    assert.deepEqual(events(), all)
    const [first, last] = [requests()[0]!, requests().at(-1)!]
    assert.ok(last.at - first.at >= (29 / 20) * 1_000 - 100, `30 in ${last.at - first.at} ms`)
  })

  it('pause and go on for all, whoever is asked', async () => {
    await two()
    await cluster.site(1).admin('POST', '/webhooks/webhook/pause')
    await eventually(
      async () =>
        (await cluster.site(0).admin<{ webhooks: { state: string }[] }>('GET', '/webhooks')).webhooks[0]?.state ===
        'paused',
      'the owner does not know of the pause',
      PATIENCE,
    )
    await cluster.site(0).accept('a')
    await cluster.site(0).until('pending', 1)
    await cluster.site(1).admin('POST', '/webhooks/webhook/resume')
    await arrived(['a'])
  })

  it('cancel what another one has in hand', async () => {
    await two({ schedule: '1h' })
    cluster.site(0).receiver.answer((_request, response) => response.writeHead(503).end())
    await cluster.site(0).accept('a')
    const [waiting] = await cluster.site(1).until('pending', 1)
    await cluster.site(1).admin('POST', `/deliveries/${waiting!.id}/cancel`)
    const [failed] = await cluster.site(0).until('failed', 1)
    assert.equal(failed!.error?.code, 'cancelled')
  })

  it('#107 share their webhooks, and take over those of one that ends in order at once', async () => {
    await cluster.prepare(2)
    const url = cluster.site(0).receiver.url
    const hooks = ids(5, 'hook').map((id) => ({ ...webhook(url), id }))
    await cluster.startAll([...automation(url), ...hooks])
    await cluster.ready()
    const counts = async () => {
      const rows = await cluster.rows<{ count: string }>(
        "SELECT count(*) FROM @leases WHERE owner IS NOT NULL AND thing LIKE 'webhook/%' GROUP BY owner ORDER BY 1",
      )
      return rows.map(({ count }) => Number(count))
    }
    await eventually(async () => (await counts()).join() === '3,3', 'they do not share', PATIENCE)
    process.kill(cluster.site(0).nodeRed.pid, 'SIGTERM')
    await eventually(async () => (await counts()).join() === '6', 'they are not taken over', PATIENCE)
    const left = await cluster.rows<{ count: string }>('SELECT count(*) FROM @instances')
    assert.equal(Number(left[0]!.count), 1, 'who ends in order takes its leave')
  })

  for (const [how, stop, wake] of [
    ['hangs', (pid: number) => process.kill(pid, 'SIGSTOP'), (pid: number) => process.kill(pid, 'SIGCONT')],
    [
      'is cut off from the database',
      () => cluster.members[0]!.network.pullCable(),
      () => cluster.members[0]!.network.plugIn(),
    ],
  ] as const) {
    it(`#105 go on when one ${how}, and it sends and records nothing of what it lost`, async () => {
      await two()
      let hold = true
      cluster.site(0).receiver.answer((_request, response) => (hold ? undefined : response.end('ok')))
      await cluster.site(0).accept('held')
      await cluster.site(0).receiver.until(
        () => requests().length > 0,
        PATIENCE,
        () => 'nothing was sent',
      )
      const before = await cluster.ownerOf(HOOK)
      const { pid } = cluster.site(0).nodeRed
      stop(pid)
      hold = false
      await cluster.site(1).accept('after')
      await arrived(['held', 'after'])
      await eventually(
        async () => events().filter((id) => id === 'held').length === 2,
        'it is not sent again',
        PATIENCE,
      )
      await cluster.site(1).until('delivered', 2)
      assert.notEqual(await cluster.ownerOf(HOOK), before)
      wake(pid)
      await eventually(
        async () => (await cluster.rows('SELECT 1 FROM @instances')).length === 2,
        'it is not back',
        PATIENCE,
      )
      await cluster.site(0).accept('later')
      await arrived(['later'])
      await passed(300)
      assert.deepEqual(events().sort(), ['after', 'held', 'held', 'later'])
      const [held] = (await cluster.site(1).deliveries('event_id=held'))!
      assert.equal(held!.status, 'delivered')
    })
  }

  it('#106 refuse with 503 while the database is away, and go on by themselves', async () => {
    await two()
    await cluster.server.crash()
    await eventually(
      async () => (await cluster.site(0).post(event({ event_id: 'lost' }))).status === 503,
      'it is not refused',
      PATIENCE,
    )
    const answer = await cluster.site(0).post(event({ event_id: 'lost' }))
    assert.ok(Number(answer.headers.get('retry-after')) > 0)
    await cluster.site(0).nodeRed.listen()
    await cluster.site(0).shows('trigger', /database away/)
    await cluster.server.start()
    await eventually(
      async () => (await cluster.site(0).post(event({ event_id: 'back' }))).status === 202,
      'it is not back',
      PATIENCE,
    )
    await eventually(
      async () => (await cluster.site(1).post(event({ event_id: 'back2' }))).status === 202,
      'it is not back',
      PATIENCE,
    )
    await arrived(['back', 'back2'])
    for (const { site } of cluster.members) {
      const told = site.nodeRed.log.filter((line) => /database|delivery store works/i.test(line))
      assert.equal(told.length, 2, told.join('\n'))
      assert.ok(!site.nodeRed.log.join('\n').includes(cluster.server.password))
    }
  })
})
