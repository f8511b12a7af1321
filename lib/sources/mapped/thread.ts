import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { MappingInput, MappingOutcome } from './evaluate.js'

/** What a thread is started with. */
export interface ThreadData {
  /** File of Node-RED's `@node-red/util`, which has the engine. */
  readonly engine: string
  readonly mostCharacters: number
}

export interface ThreadJob {
  readonly expression: string
  readonly input: MappingInput
}

export interface ThreadLimits {
  /** Milliseconds for one mapping. */
  readonly time: number
  /** MiB that all of them may hold at once. */
  readonly memory: number
  /** Milliseconds without work, after which the thread and its memory are given back. */
  readonly idle: number
  /** Milliseconds between a thread that had to be ended and the next one, so that they never take all of a processor. */
  readonly rest: number
}

interface WaitingJob extends ThreadJob {
  settle(outcome: MappingOutcome): void
  /** Told instead when the thread did not live to tell. */
  ended(reason: 'time' | 'memory' | 'thread'): void
}

/** A busy machine may give a thread no time: what counts then is what it used, as long as that is told, up to so many times the bound. */
const MOST_PATIENCE = 6

/**
 * A thread that evaluates what it is given, in order, and is ended when one mapping takes too long: nothing else stops an
 * expression that never ends, or that is busy in one step. What waits behind it goes to the next thread.
 */
export class MappingThread {
  readonly #data: ThreadData
  readonly #limits: ThreadLimits
  readonly #jobs: WaitingJob[] = []
  #worker: Worker | null = null
  #isReady = false
  #timer: NodeJS.Timeout | null = null
  #resting: NodeJS.Timeout | null = null

  constructor(data: ThreadData, limits: ThreadLimits) {
    this.#data = data
    this.#limits = limits
  }

  get waiting(): number {
    return this.#jobs.length
  }

  add(job: WaitingJob): void {
    this.#jobs.push(job)
    if (this.#resting) return
    this.#worker ??= this.#start()
    if (!this.#isReady) return
    this.#give(job)
    if (this.#jobs.length === 1) this.#watch()
  }

  /** Ends the thread; what waits gets no answer any more. */
  async close(): Promise<void> {
    if (this.#resting) clearTimeout(this.#resting)
    this.#resting = null
    for (const job of this.#jobs.splice(0)) job.ended('thread')
    await this.#end()
  }

  #start(): Worker {
    const worker = new Worker(path.join(__dirname, 'worker.js'), {
      workerData: this.#data,
      // flags of Node-RED's process, such as those of a debugger, are not meant for it
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: this.#limits.memory, maxYoungGenerationSizeMb: 16 },
    })
    worker.on('message', (message: 'ready' | MappingOutcome) => {
      if (worker !== this.#worker) return
      if (message === 'ready') this.#ready()
      else this.#settle(message)
    })
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (worker === this.#worker) this.#lost(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'thread')
    })
    // after the listeners, which would keep the process again
    worker.unref()
    return worker
  }

  #ready(): void {
    this.#isReady = true
    for (const job of this.#jobs) this.#give(job)
    this.#watch()
  }

  #give({ expression, input }: WaitingJob): void {
    this.#worker?.postMessage({ expression, input } satisfies ThreadJob)
  }

  #settle(outcome: MappingOutcome): void {
    const job = this.#jobs.shift()
    this.#watch()
    job?.settle(outcome)
  }

  /** The first of those that wait is the one that is evaluated, from now on. */
  #watch(): void {
    if (this.#timer) clearTimeout(this.#timer)
    const [first] = this.#jobs
    const rest = () => {
      this.#end().catch(() => {})
    }
    const call = first ? () => this.#late(first, 1) : rest
    this.#timer = setTimeout(call, first ? this.#limits.time : this.#limits.idle).unref()
  }

  #late(job: WaitingJob, times: number): void {
    // the answer may have come while this thread was busy itself
    setImmediate(() => {
      this.#judge(job, times).catch(() => {})
    })
  }

  async #judge(job: WaitingJob, times: number): Promise<void> {
    const worker = this.#worker
    if (worker === null || this.#jobs[0] !== job) return
    const isStarved = times < MOST_PATIENCE && (await this.#isStarved(worker))
    if (worker !== this.#worker || this.#jobs[0] !== job) return
    if (isStarved) this.#timer = setTimeout(() => this.#late(job, times + 1), this.#limits.time).unref()
    else this.#lost('time')
  }

  /** Whether it gets hardly any of the machine's time. Node.js tells only from 24.6 on. */
  async #isStarved(worker: Worker): Promise<boolean> {
    const before = await usedBy(worker)
    const since = performance.now()
    await wait(this.#limits.time / 5, undefined, { ref: false })
    const after = await usedBy(worker)
    if (before === null || after === null) return false
    return after - before < (performance.now() - since) / 5
  }

  /** The thread is gone, or has to go, because of what it was at. */
  #lost(reason: 'time' | 'memory' | 'thread'): void {
    const [job] = this.#jobs.splice(0, 1)
    this.#end().catch(() => {})
    job?.ended(reason)
    this.#resting = setTimeout(() => {
      this.#resting = null
      if (this.#jobs.length > 0) this.#worker = this.#start()
    }, this.#limits.rest).unref()
  }

  async #end(): Promise<void> {
    const worker = this.#worker
    if (this.#timer) clearTimeout(this.#timer)
    this.#worker = null
    this.#isReady = false
    await worker?.terminate()
  }
}

/** Milliseconds of a processor; null when that is not told, or not soon. */
async function usedBy(worker: Worker): Promise<number | null> {
  const { cpuUsage } = worker as { cpuUsage?: () => Promise<NodeJS.CpuUsage> }
  if (!cpuUsage) return null
  const told = cpuUsage.call(worker).then(
    ({ user, system }) => (user + system) / 1000,
    () => null,
  )
  return Promise.race([told, wait(100, null, { ref: false })])
}
