import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { DeliveryDetail, DeliveryFilter } from '../../../dist/lib/store/delivery-queue.js'
import { latencyBucket } from '../../../dist/lib/store/latency.js'
import { SqliteStore } from '../../../dist/lib/store/sqlite/store.js'
import { HOUR_MS, hourOf } from '../../../dist/lib/store/statistics.js'
import { end, start } from './make.mts'

const require = createRequire(import.meta.url)
const FIXTURE = path.resolve(import.meta.dirname, '../../fixtures/store-0.1.0.db')
const AFTER = Date.UTC(2026, 8, 10)

interface Counts {
  accepted: number
  fired: number
  delivered: number
  failed: number
  attempts: number
  latencies: Record<number, number>
}

describe('a store that version 0.1.0 wrote', () => {
  let folder: string
  let file: string
  let store: SqliteStore
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'artifact-migration-'))
    file = path.join(folder, 'store.db')
    copyFileSync(FIXTURE, file)
    store = new SqliteStore({ path: file, ballastBytes: 4096 })
  })
  afterEach(async () => {
    await store.close(end()).catch(() => {})
    rmSync(folder, { recursive: true })
  })

  it('is brought up to date with a line in the log, once', async () => {
    const told: string[] = []
    for (const name of ['store.db', 'store.db', 'new.db']) {
      await store.close(end()).catch(() => {})
      store = new SqliteStore({ path: path.join(folder, name), info: (text) => void told.push(text) })
      await store.open(start(AFTER))
    }
    assert.equal(told.length, 1)
    assert.match(told[0] ?? '', /store\.db was written by an older version .* brought up to date \(schema \d to \d\)/)
  })

  it('#8 has everything, and what is counted of it, when it is killed in the middle of that', async () => {
    const [latency, sqlite] = ['latency', 'sqlite/store'].map((name) =>
      require.resolve(`../../../dist/lib/store/${name}.js`),
    )
    // an attempt is put into its bucket half-way through
    const dies = `
      const latency = require(${JSON.stringify(latency)})
      const { latencyBucket } = latency
      let calls = 0
      latency.latencyBucket = (ms) => {
        if (++calls === Number(process.argv[1])) process.kill(process.pid, 'SIGKILL')
        return latencyBucket(ms)
      }
      const { SqliteStore } = require(${JSON.stringify(sqlite)})
      new SqliteStore({ path: process.argv[2] }).open(${JSON.stringify(start(AFTER))})`
    for (const call of [1, 7, 20]) {
      const { signal } = spawnSync(process.execPath, ['-e', dies, String(call), file])
      assert.equal(signal, 'SIGKILL', `it dies at call ${call}`)
    }
    await store.open(start(AFTER))
    await everything()
    const hours = await store.statistics.hours({ since: 0, until: AFTER })
    await store.close(end())
    copyFileSync(FIXTURE, path.join(folder, 'quiet.db'))
    store = new SqliteStore({ path: path.join(folder, 'quiet.db') })
    await store.open(start(AFTER))
    assert.deepEqual(hours, await store.statistics.hours({ since: 0, until: AFTER }))
    assert.ok(hours.length > 0)
  })

  async function everything() {
    const { events } = await store.events({}, { limit: 1_000 })
    const details: DeliveryDetail[] = []
    const { deliveries } = await store.deliveries({}, { limit: 1_000 })
    for (const { id } of deliveries) details.push((await store.delivery(id))!)
    assert.deepEqual([events.length, details.length], [61, 57])
    return { events, details }
  }

  /** Counts the history again, by a way of its own. */
  async function counted(filter: { automation?: string; webhook?: string }): Promise<Record<number, Counts>> {
    const { events, details } = await everything()
    const hours: Record<number, Counts> = {}
    const at = (time: string) => {
      const hour = hourOf(Date.parse(time))
      hours[hour] ??= { accepted: 0, fired: 0, delivered: 0, failed: 0, attempts: 0, latencies: {} }
      return hours[hour]
    }
    const samples = new Set(
      events.flatMap(({ source, event }) => (source.startsWith('sample:') ? [event.event_id] : [])),
    )
    const isAll = filter.automation === undefined && filter.webhook === undefined
    if (isAll)
      for (const { source, received_at } of events) if (!source.startsWith('sample:')) at(received_at).accepted++
    const started = new Map<string, string>()
    for (const { delivery, log } of details) {
      const { automation, webhook, event_id, created_at, status, finished_at } = delivery
      if (samples.has(event_id)) continue
      if (filter.automation !== undefined && filter.automation !== automation.id) continue
      const key = `${automation.id} ${event_id}`
      const before = started.get(key)
      if (before === undefined || created_at < before) started.set(key, created_at)
      if (filter.webhook !== undefined && filter.webhook !== webhook.id) continue
      if (status === 'delivered' || status === 'failed') at(finished_at!)[status]++
      for (const { started_at, duration_ms } of log) {
        const hour = at(new Date(Date.parse(started_at) + duration_ms).toISOString())
        hour.attempts++
        const bucket = latencyBucket(duration_ms)
        hour.latencies[bucket] = (hour.latencies[bucket] ?? 0) + 1
      }
    }
    if (filter.webhook === undefined) for (const time of started.values()) at(time).fired++
    return hours
  }

  async function kept(filter: { automation?: string; webhook?: string }): Promise<Record<number, Counts>> {
    const hours = await store.statistics.hours({ since: 0, until: AFTER, ...filter })
    return Object.fromEntries(
      hours.map(({ hour, latencies, ...counts }) => [hour, { ...counts, latencies: Object.fromEntries(latencies) }]),
    )
  }

  async function isCounted(): Promise<void> {
    const AUTOMATIONS = [undefined, 'auto-1', 'auto-2', 'unknown']
    const WEBHOOKS = [undefined, 'hook-0', 'hook-1', 'hook-2']
    for (const automation of AUTOMATIONS) {
      for (const webhook of WEBHOOKS) {
        const filter = { ...(automation && { automation }), ...(webhook && { webhook }) }
        assert.deepEqual(await kept(filter), await counted(filter), JSON.stringify(filter))
      }
    }
    const sums = Object.values(await kept({}))
    assert.ok(sums.length > 20)
    for (const name of ['accepted', 'fired', 'delivered', 'failed', 'attempts'] as const) {
      assert.ok(
        sums.some((hour) => hour[name] > 0),
        name,
      )
    }
  }

  it('has the statistics that its history says', async () => {
    await store.open(start(AFTER))
    await isCounted()
  })

  it('has them when it did not get through the first time, and was closed and opened again', async () => {
    const full = new SqliteStore({ path: file, ballastBytes: 0, maxPages: Math.ceil(statSync(FIXTURE).size / 4096) })
    await assert.rejects(full.open(start(AFTER)), { code: 'store_unavailable' })
    await store.open(start(AFTER))
    await isCounted()
    await store.close(end(AFTER))
    await store.open(start(AFTER + HOUR_MS))
    await isCounted()
  })

  it('says when each automation fired and each webhook delivered last, and how it failed last', async () => {
    await store.open(start(AFTER))
    const { details } = await everything()
    for (const id of ['hook-0', 'hook-1', 'hook-2']) {
      const [sums] = await store.statistics.webhookSums([id], 0)
      const own = details.filter(({ delivery, event }) => delivery.webhook.id === id && !isSampled(event?.event_id))
      const last = own.flatMap(({ delivery: { status, finished_at } }) =>
        status === 'delivered' ? [finished_at!] : [],
      )
      assert.equal(new Date(sums!.lastDeliveredAt!).toISOString(), last.sort().at(-1))
      assert.ok(own.some(({ delivery }) => delivery.error?.code === sums!.lastError?.code))
    }
    const [auto] = await store.statistics.automationSums(['auto-1'], 0)
    assert.ok(auto!.lastFiredAt! > Date.UTC(2026, 8, 3))
  })

  const isSampled = (id = '') => Number(id.split('-')[1]) % 10 === 9

  for (const [search, finds] of [
    ['event-20', ({ event }: DeliveryDetail) => event!.event_id === 'event-20'],
    ['churn-2:v1', ({ event }: DeliveryDetail) => /Churn-2:v1/.test(String(event!.artifact_version_string))],
    ['bo "b" m', ({ event }: DeliveryDetail) => event!.event_author !== 'Ada'],
    ['PRODUCTION'.toLowerCase(), ({ event }: DeliveryDetail) => event!.alias === 'Production'],
    ['dlv_auto-2', ({ delivery }: DeliveryDetail) => delivery.id.startsWith('dlv_auto-2')],
    ['nobody answers', ({ delivery }: DeliveryDetail) => /Nobody/.test(delivery.error?.message ?? '')],
    ['entity_name', () => false],
    ['acme"', () => false],
  ] as const) {
    it(`is searched as what is written today: ${search}`, async () => {
      await store.open(start(AFTER))
      const { details } = await everything()
      const expected = details.filter(finds).map(({ delivery }) => delivery.id)
      for (const more of [{}, { webhook: 'hook-1' }, { automation: 'auto-2' }] as DeliveryFilter[]) {
        const { deliveries, next } = await store.deliveries({ search, ...more }, { limit: 1_000 })
        const own = details.filter(
          ({ delivery: { webhook, automation } }) =>
            [webhook.id, undefined].includes(more.webhook) && [automation.id, undefined].includes(more.automation),
        )
        const fits = expected.filter((id) => own.some(({ delivery }) => delivery.id === id))
        assert.deepEqual([deliveries.map(({ id }) => id), next], [fits, null])
        assert.equal(await store.count({ search, ...more }), fits.length)
      }
    })
  }
})
