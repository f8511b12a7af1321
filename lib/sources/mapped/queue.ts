import { setTimeout as wait } from 'node:timers/promises'
import type { MappingOutcome } from './evaluate.js'
import { type EvaluatorData, type EvaluatorJob, EvaluatorProcess, type LostReason } from './evaluator-process.js'

export interface QueueLimits {
  /** Milliseconds for one mapping. */
  readonly time: number
  /** MiB that all of them may hold at once. */
  readonly memory: number
  /** Milliseconds without work, after which the process and its memory are given back. */
  readonly idle: number
  /** Milliseconds between a process that had to be ended and the next one, so that they never take all of a processor. */
  readonly rest: number
}

/** Why a mapping has no outcome; the fault is its own unless it was the process. */
export type EndReason = 'time' | LostReason

interface WaitingJob extends EvaluatorJob {
  settle(outcome: MappingOutcome): void
  /** Told instead when the process did not live to tell. */
  ended(reason: EndReason): void
}

/** A busy machine may give a process no time: what counts then is what it used, as long as that is told, up to so many times the bound. */
const MOST_PATIENCE = 6

/**
 * What waits for a process that evaluates it, in order. The process is ended when one mapping takes too long: nothing else
 * stops an expression that never ends, or that is busy in one step. What waits behind it goes to the next process.
 */
export class MappingQueue {
  readonly #data: EvaluatorData
  readonly #limits: QueueLimits
  readonly #jobs: WaitingJob[] = []
  #process: EvaluatorProcess | null = null
  #isReady = false
  #timer: NodeJS.Timeout | null = null
  #resting: NodeJS.Timeout | null = null

  constructor(data: EvaluatorData, limits: QueueLimits) {
    this.#data = data
    this.#limits = limits
  }

  get waiting(): number {
    return this.#jobs.length
  }

  add(job: WaitingJob): void {
    this.#jobs.push(job)
    if (this.#resting) return
    this.#process ??= this.#start()
    if (!this.#isReady) return
    this.#give(job)
    if (this.#jobs.length === 1) this.#watch()
  }

  /** Ends the process; what waits gets no answer any more. */
  close(): void {
    if (this.#resting) clearTimeout(this.#resting)
    this.#resting = null
    for (const job of this.#jobs.splice(0)) job.ended('process')
    this.#end()
  }

  #start(): EvaluatorProcess {
    return new EvaluatorProcess(this.#data, this.#limits.memory, {
      ready: () => this.#ready(),
      outcome: (outcome) => this.#settle(outcome),
      lost: (reason) => this.#lost(reason),
    })
  }

  #ready(): void {
    this.#isReady = true
    for (const job of this.#jobs) this.#give(job)
    this.#watch()
  }

  #give({ expression, input }: WaitingJob): void {
    this.#process?.give({ expression, input })
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
    const call = first ? () => this.#late(first, 1) : () => this.#end()
    this.#timer = setTimeout(call, first ? this.#limits.time : this.#limits.idle).unref()
  }

  #late(job: WaitingJob, times: number): void {
    // the answer may have come while this process was busy itself
    setImmediate(() => {
      this.#judge(job, times).catch(() => {})
    })
  }

  async #judge(job: WaitingJob, times: number): Promise<void> {
    const evaluator = this.#process
    if (evaluator === null || this.#jobs[0] !== job) return
    const isStarved = times < MOST_PATIENCE && (await this.#isStarved(evaluator))
    if (evaluator !== this.#process || this.#jobs[0] !== job) return
    if (isStarved) this.#timer = setTimeout(() => this.#late(job, times + 1), this.#limits.time).unref()
    else this.#lost('time')
  }

  /** Whether it gets hardly any of the machine's time. Only Linux tells. */
  async #isStarved(evaluator: EvaluatorProcess): Promise<boolean> {
    const before = await evaluator.used()
    const since = performance.now()
    await wait(this.#limits.time / 5, undefined, { ref: false })
    const after = await evaluator.used()
    if (before === null || after === null) return false
    return after - before < (performance.now() - since) / 5
  }

  /** The process is gone, or has to go, because of what it was at. */
  #lost(reason: EndReason): void {
    const [job] = this.#jobs.splice(0, 1)
    this.#end()
    job?.ended(reason)
    this.#resting = setTimeout(() => {
      this.#resting = null
      if (this.#jobs.length > 0) this.#process = this.#start()
    }, this.#limits.rest).unref()
  }

  #end(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#process?.end()
    this.#process = null
    this.#isReady = false
  }
}
