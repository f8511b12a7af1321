import { fdatasyncSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NewDelivery } from '../../../dist/lib/delivery/delivery.js'
import type { LanePort, Outcome } from '../../../dist/lib/delivery/lane-port.js'
import type { SenderCounts, SenderOutput } from '../../../dist/lib/delivery/sender-port.js'
import type { StoredDelivery } from '../../../dist/lib/delivery/stored.js'
import { DeliveryEngine } from '../../../dist/lib/engine/engine.js'
import { AutomationError } from '../../../dist/lib/error.js'
import { SqliteStore } from '../../../dist/lib/store/sqlite/store.js'
import { event, NOON } from '../store/make.mts'
import { FakeWorld } from './fake-world.mts'

export const OK: Outcome = { kind: 'delivered' }
export const DOWN: Outcome = {
  kind: 'retry',
  error: { code: 'http_status', message: 'The endpoint answered 503.' },
  countsAsAttempt: true,
}
export const busy = (retryAfter: number): Outcome => ({ ...DOWN, retryAfter, countsAsAttempt: false })
export const REFUSED: Outcome = {
  kind: 'failed',
  error: { code: 'http_status', message: 'The endpoint answered 400.' },
}

export interface Sent {
  readonly id: string
  readonly attempt: number
  readonly at: number
  readonly body: string
}

/** A webhook's endpoint in a test: answers as told, and remembers what it was sent. */
export class Endpoint {
  readonly sent: Sent[] = []
  /** How many requests are here at once, and were at most. */
  open = 0
  most = 0
  /** Says what to answer; a promise holds the request. */
  answer: (delivery: StoredDelivery, attempt: number) => Outcome | Promise<Outcome> = () => OK
  readonly #world: FakeWorld

  constructor(world: FakeWorld) {
    this.#world = world
  }

  get bodies(): string[] {
    return this.sent.map(({ body }) => body)
  }

  port(more: Partial<LanePort> = {}): LanePort {
    return {
      name: 'CI',
      url: 'https://ci.example/hook',
      schedule: [1_000, 60_000],
      rateLimit: null,
      ordering: 'none',
      concurrency: 8,
      waiting: null,
      send: async (delivery, attempt, signal) => {
        const at = this.#world.now()
        this.sent.push({ id: delivery.id, attempt, at, body: delivery.payload.toString() })
        this.open++
        this.most = Math.max(this.most, this.open)
        const cut = new Promise<Outcome>((resolve) =>
          signal.addEventListener('abort', () => resolve(DOWN), { once: true }),
        )
        try {
          const outcome = await Promise.race([this.answer(delivery, attempt), cut])
          const error = outcome.kind === 'delivered' ? {} : { error: outcome.error }
          const status_code = { delivered: 200, retry: 503, failed: 400 }[outcome.kind]
          return { outcome, attempt: { started_at: new Date(at).toISOString(), duration_ms: 3, status_code, ...error } }
        } finally {
          this.open--
        }
      },
      ...more,
    }
  }
}

/** A sender's outputs in a test. */
export class Outputs {
  readonly delivered: SenderOutput[] = []
  readonly failed: SenderOutput[] = []
  counts: SenderCounts | null = null

  readonly port = {
    delivered: (output: SenderOutput) => void this.delivered.push(output),
    failed: (output: SenderOutput) => void this.failed.push(output),
    changed: (counts: SenderCounts) => {
      this.counts = counts
    },
  }
}

/** A real store whose disk a test can fill. */
export class FlakyStore extends SqliteStore {
  full = false

  #write<T>(write: () => Promise<T>): Promise<T> {
    if (!this.full) return write()
    return Promise.reject(new AutomationError('store_unavailable', 'The disk is full.', { retryable: true }))
  }

  override putEvents(...args: Parameters<SqliteStore['putEvents']>) {
    return this.#write(() => super.putEvents(...args))
  }

  override enqueue(...args: Parameters<SqliteStore['enqueue']>) {
    return this.#write(() => super.enqueue(...args))
  }

  override record(...args: Parameters<SqliteStore['record']>) {
    return this.#write(() => super.record(...args))
  }

  override beat(...args: Parameters<SqliteStore['beat']>) {
    return this.#write(() => super.beat(...args))
  }

  override probe(...args: Parameters<SqliteStore['probe']>) {
    return this.#write(() => super.probe(...args))
  }
}

/** Waits for the disk in this thread. */
export const atOnce = (file: number, done: (error: null) => void) => {
  fdatasyncSync(file)
  done(null)
}

/** An engine on a real store, in fake time, with one endpoint `hook` and one sender `send` attached. */
export class SetUp {
  readonly world = new FakeWorld(NOON)
  readonly endpoint = new Endpoint(this.world)
  readonly outputs = new Outputs()
  readonly logged: string[] = []
  readonly path: string
  engine: DeliveryEngine
  readonly #dir = mkdtempSync(join(tmpdir(), 'artifact-engine-'))
  random = () => 0.5
  /** The store of the engine that was made last. */
  store!: FlakyStore

  constructor() {
    this.path = join(this.#dir, 'store.db')
    this.engine = this.makeEngine()
  }

  makeEngine(path = this.path): DeliveryEngine {
    const log = (text: string) => void this.logged.push(text)
    // A slow disk gets its pauses in real time, which has no place here.
    const later = (call: () => void) => void setImmediate(call)
    this.store = new FlakyStore({ path, ballastBytes: 4096, later, fdatasync: atOnce })
    return new DeliveryEngine({
      store: this.store,
      clock: this.world,
      timers: this.world,
      random: () => this.random(),
      log: { info: log, warn: log, error: log },
      retentionDays: 30,
    })
  }

  async start(port: Partial<LanePort> = {}): Promise<void> {
    await this.engine.start()
    this.engine.attachWebhook('hook', this.endpoint.port(port))
    this.engine.attachSender('send', this.outputs.port)
    await this.world.rest()
  }

  /** Stops the engine in order and starts another on the same file, with nothing attached. */
  async restart(): Promise<void> {
    await this.stop()
    this.engine = this.makeEngine()
    await this.engine.start()
  }

  async stop(deadlineMs = 0): Promise<void> {
    const stopped = this.engine.stop({ deadlineMs })
    await this.world.pass(deadlineMs)
    await stopped
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.#dir, { recursive: true })
  }

  get dir(): string {
    return this.#dir
  }

  delivery(body: string, more: Partial<NewDelivery> = {}): NewDelivery {
    return {
      event: event(`event of ${body}`),
      automation: { id: 'auto', name: 'On link' },
      webhook: { id: 'hook', name: 'CI' },
      sender: { id: 'send', name: 'Send' },
      payload: Buffer.from(body),
      slots: [],
      message: {},
      ...more,
    }
  }

  async enqueue(body: string, more: Partial<NewDelivery> = {}): Promise<string> {
    const { delivery } = await this.engine.enqueue(this.delivery(body, more))
    return delivery.id
  }

  async statusOf(id: string): Promise<string | undefined> {
    return (await this.engine.get(id))?.delivery.status
  }
}
