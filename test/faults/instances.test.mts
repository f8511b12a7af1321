import assert from 'node:assert/strict'
import path from 'node:path'
import { setTimeout as passed } from 'node:timers/promises'
import { eventually } from '../e2e/harness/wait.mts'
import { event, webhook } from '../nodes/automation.mts'
import { Cluster, stopServer } from './cluster.mts'
import { automation, EACH_SECOND, eventOf, PATIENCE } from './site.mts'

const HOOK = 'webhook/webhook'
/** So soon others have what an instance had, milliseconds: that was killed, that hangs or is cut off. */
const FAILOVER_MS = { kill: 10_000, hang: 30_000 } as const
/** So soon the one that sends hears of a pause, or of its end. */
const NOTICED_MS = 2_000
/** Requests that left at their time arrive so much closer together on a machine that does other work, milliseconds. */
const JITTER_MS = 400

describe('several Node-RED on one PostgreSQL', () => {
  const cluster = new Cluster()
  const ids = (count: number, name = 'e') => Array.from({ length: count }, (_, index) => `${name}${index}`)

  afterEach(() => cluster.clear())
  after(() => stopServer())

  const owned = () => eventually(async () => (await cluster.ownerOf(HOOK)) !== null, 'nobody has the webhook', PATIENCE)
  /** The first of them has the webhook. */
  const several = async (count: number, hook: object = {}) => {
    await cluster.prepare(count)
    const flow = automation(cluster.site(0).receiver.url, { hook })
    await cluster.start(0, flow)
    await owned()
    await Promise.all(cluster.members.slice(1).map((_, index) => cluster.start(index + 1, flow)))
    await cluster.ready()
  }
  const two = (hook: object = {}) => several(2, hook)
  /** Fails when the work takes longer than is promised. */
  const within = async (ms: number, work: () => Promise<unknown>) => {
    const begun = performance.now()
    await work()
    const took = Math.round(performance.now() - begun)
    assert.ok(took <= ms, `it took ${took} ms, and ${ms} are promised`)
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

  it('are a pair by the settings of the documentation: an event to each, and one after the other was killed', async () => {
    await cluster.prepare(2)
    const flow = automation(cluster.site(0).receiver.url)
    await Promise.all([0, 1].map((index) => cluster.startAsDocumented(index, flow)))
    await cluster.ready()
    for (const index of [0, 1]) await cluster.site(index).accept(`to ${index}`)
    await cluster.site(0).kill()
    await cluster.site(1).accept('to the other')
    await arrived(['to 0', 'to 1', 'to the other'])
    await cluster.site(1).until('delivered', 3)
  })

  it('#104 go on when one is killed with kill -9: its webhook, and what its flows had', async () => {
    await two({ schedule: EACH_SECOND })
    cluster.site(0).receiver.answer((_request, response) => response.destroy())
    await cluster.site(0).accept('before')
    await cluster.site(0).receiver.until(
      () => requests().length > 0,
      PATIENCE,
      () => 'nothing was sent',
    )
    await cluster.site(1).accept('meanwhile')
    await cluster.site(0).kill()
    // from here on whatever arrives comes from the other one
    cluster.site(0).receiver.answer((_request, response) => response.end('ok'))
    const before = requests().length
    await within(FAILOVER_MS.kill, async () => {
      await cluster.site(1).accept('after')
      const all = () => new Set(requests().slice(before).map(eventOf)).size === 3
      await cluster.site(0).receiver.until(all, PATIENCE, () => events().join())
    })
    await cluster.site(1).until('delivered', 3)
  })

  it('are three, and send in order of a collection and within the rate limit, also when the one that sends ends', async () => {
    await several(3, { ordering: 'collection', rateLimit: '20' })
    const all = ids(60)
    for (const [index, id] of all.slice(0, 45).entries()) await cluster.site(index % 3).accept(id)
    await arrived(all.slice(0, 5))
    process.kill(cluster.site(0).nodeRed.pid, 'SIGTERM')
    for (const [index, id] of all.slice(45).entries()) await cluster.site(1 + (index % 2)).accept(id)
    await arrived(all)
    assert.deepEqual(events(), all)
    const times = requests().map(({ at }) => at)
    for (const [first, from] of times.entries()) {
      for (const [after, at] of times.slice(first).entries()) {
        assert.ok(at - from >= after * 50 - JITTER_MS, `${after + 1} within ${at - from} ms, from number ${first} on`)
      }
    }
  })

  it('are three, and pause and go on for all, whoever is asked', async () => {
    await several(3)
    await cluster.site(2).admin('POST', '/webhooks/webhook/pause')
    await eventually(
      async () =>
        (await cluster.site(0).admin<{ webhooks: { state: string }[] }>('GET', '/webhooks')).webhooks[0]?.state ===
        'paused',
      'the owner does not know of the pause',
      PATIENCE,
    )
    for (const index of [0, 1, 2]) await cluster.site(index).accept(`a${index}`)
    for (const index of [0, 1, 2]) await cluster.site(index).until('pending', 3)
    assert.deepEqual(events(), [])
    await within(NOTICED_MS, async () => {
      await cluster.site(1).admin('POST', '/webhooks/webhook/resume')
      await arrived(ids(3, 'a'))
    })
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
    await cluster.prepare(3)
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
    await eventually(async () => (await counts()).join() === '2,2,2', 'they do not share', PATIENCE)
    process.kill(cluster.site(0).nodeRed.pid, 'SIGTERM')
    await eventually(async () => (await counts()).join() === '3,3', 'they are not taken over', PATIENCE)
    const left = await cluster.rows<{ count: string }>('SELECT count(*) FROM @instances')
    assert.equal(Number(left[0]!.count), 2, 'who ends in order takes its leave')
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
      await within(FAILOVER_MS.hang, async () => {
        await cluster.site(1).accept('after')
        await arrived(['held', 'after'])
        const again = async () => events().filter((id) => id === 'held').length === 2
        await eventually(again, 'it is not sent again', PATIENCE)
      })
      await cluster.site(1).until('delivered', 2)
      assert.notEqual(await cluster.ownerOf(HOOK), before)
      wake(pid)
      await eventually(
        async () => (await cluster.rows('SELECT 1 FROM @instances')).length === 2,
        'it is not back',
        PATIENCE,
      )
      const taken = async () => (await cluster.site(0).post(event({ event_id: 'later' }))).status === 202
      await eventually(taken, 'it takes nothing', PATIENCE)
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

  it('keep the place of an event that a slow flow holds when its instance dies', async () => {
    await cluster.prepare(2)
    const slow = (timeout: string) =>
      automation(cluster.site(0).receiver.url, { hook: { ordering: 'collection' } })
        .map((node) => (node.id === 'trigger' ? { ...node, wires: [['slow']] } : node))
        .concat({
          id: 'slow',
          z: 'tab',
          type: 'delay',
          x: 0,
          y: 0,
          pauseType: 'delay',
          timeout,
          timeoutUnits: 'seconds',
          wires: [['template']],
        })
    await cluster.startAll(slow('2'))
    await cluster.ready()
    await owned()
    await cluster.site(0).accept('first')
    await cluster.site(1).accept('second')
    await cluster.site(0).kill()
    await cluster.site(1).accept('third')
    await arrived(['first', 'second', 'third'])
    assert.deepEqual(events(), ['first', 'second', 'third'])
  })

  it('ask at most two queries a second each while nothing happens, on few connections', async () => {
    await two()
    await cluster.site(0).accept('warm')
    await arrived(['warm'])
    const asked = async () => {
      const [sum] = await cluster.server.query<{ calls: string; connections: string }>(
        `SELECT (SELECT xact_commit FROM pg_stat_database WHERE datname = 'postgres') AS calls,
           (SELECT count(*) FROM pg_stat_activity WHERE application_name = 'artifact-automations') AS connections`,
      )
      return { calls: Number(sum!.calls), connections: Number(sum!.connections), at: performance.now() }
    }
    // PostgreSQL's sessions tell what they did when they have been idle for ten seconds
    await passed(11_000)
    const before = await asked()
    await passed(5_000)
    const after = await asked()
    const rate = (after.calls - before.calls) / ((after.at - before.at) / 1_000)
    assert.ok(rate <= 2 * 2 + 1, `${rate} a second by two`)
    assert.ok(after.connections <= 2 * 12, `${after.connections} connections`)
  })

  it('#109 disturb nobody when the clock of one is an hour wrong: the database’s decides', async () => {
    await cluster.prepare(2)
    const flow = automation(cluster.site(0).receiver.url, { hook: { schedule: EACH_SECOND } })
    await cluster.start(0, flow, { NODE_OPTIONS: `--require ${path.join(import.meta.dirname, 'wrong-clock.cjs')}` })
    await owned()
    await cluster.start(1, flow)
    await cluster.ready()
    let fails = true
    cluster.site(0).receiver.answer((_request, response) => response.writeHead(fails ? 503 : 200).end())
    await cluster.site(1).accept('a')
    await cluster.site(0).receiver.until(
      () => requests().length > 0,
      PATIENCE,
      () => 'nothing was sent',
    )
    fails = false
    const [row] = await cluster.site(1).until('delivered', 1)
    const times = [...(await cluster.site(0).log(row!.id)).map(({ started_at }) => started_at), row!.created_at]
    const sent = requests().map(({ headers }) => Number(headers['webhook-timestamp']) * 1_000)
    for (const at of [...times.map((time) => Date.parse(time)), ...sent.filter((time) => !Number.isNaN(time))]) {
      assert.ok(Math.abs(at - Date.now()) < 120_000, new Date(at).toISOString())
    }
    const { buckets } = await cluster.site(0).admin<{ buckets: { start: string }[] }>('GET', '/statistics')
    const newest = Date.parse(buckets.at(-1)!.start)
    assert.ok(newest <= Date.now() && newest > Date.now() - 3_720_000, buckets.at(-1)!.start)
  })

  it('#108 refuse with 503, in red and in words, when the setting is no database', async () => {
    await cluster.prepare(1)
    const { site } = cluster.members[0]!
    const settings = { artifactAutomations: { database: { connectionString: 'mysql://us:s3cret@db/x' } } }
    await site.start(automation(site.receiver.url), { settings })
    await site.nodeRed.listen()
    await site.shows('trigger', /database: wrong setting/)
    const { status, headers } = await site.post(event({ event_id: 'a' }))
    assert.equal(status, 503)
    assert.ok(Number(headers.get('retry-after')) > 0)
    assert.ok(!site.nodeRed.log.join('\n').includes('s3cret'))
  })
})
