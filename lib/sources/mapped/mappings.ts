import { AutomationError } from '../../error.js'
import { EVENT_LIMITS } from '../../events/event-values.js'
import { SOURCE_UNAVAILABLE } from '../http/answer.js'
import type { MappingInput, MappingOutcome } from './evaluate.js'
import { type EndReason, MappingQueue, type QueueLimits } from './queue.js'

const LIMITS: QueueLimits = { time: 500, memory: 64, idle: 300_000, rest: 0 }

/** Milliseconds that mappings which took too long wait for one another: a processor has others to serve. */
const SLOW_REST = 2_000

/** Characters of requests that may wait at once; with more, senders are asked to come again. */
const MOST_WAITING = 64 * 1024 * 1024

/**
 * Evaluates the mappings of all sources in processes of their own. One process has all mappings; one that took too long once
 * goes to another, with others like it, so that it holds up none that work. Processes begin with the first request.
 */
export class Mappings {
  readonly #usual: MappingQueue
  readonly #slow: MappingQueue
  /** Expressions that took too long, or too much. */
  readonly #known = new Set<string>()
  #waiting = 0

  /** @param engine file of Node-RED's `@node-red/util` */
  constructor(engine: string, limits: Partial<QueueLimits> = {}) {
    const data = { engine, mostCharacters: EVENT_LIMITS.bodyBytes }
    const all = { ...LIMITS, ...limits }
    this.#usual = new MappingQueue(data, all)
    this.#slow = new MappingQueue(data, { ...all, rest: limits.rest ?? SLOW_REST })
  }

  /**
   * @returns what the expression makes of a request, as it can be written as JSON; null for nothing
   * @throws AutomationError `mapping_failed` with the reason; `body_invalid` for a body that is no JSON;
   *   `source_unavailable` when too much waits
   */
  async map(expression: string, input: MappingInput): Promise<unknown> {
    const size = input.body.length + input.about.length
    if (this.#waiting + size > MOST_WAITING) throw SOURCE_UNAVAILABLE
    this.#waiting += size
    try {
      const outcome = await this.#outcome(expression, input)
      if ('json' in outcome) return JSON.parse(outcome.json)
      throw outcome.problem.of === 'body' ? bodyInvalid(outcome.problem.reason) : failed(outcome.problem.reason)
    } finally {
      this.#waiting -= size
    }
  }

  close(): void {
    this.#usual.close()
    this.#slow.close()
  }

  #outcome(expression: string, input: MappingInput): Promise<MappingOutcome> {
    return new Promise((settle, reject) => {
      const ended = (reason: EndReason) => {
        if (reason === 'process') return reject(SOURCE_UNAVAILABLE)
        if (this.#known.size >= 100) this.#known.clear()
        this.#known.add(expression)
        reject(failed(TOO_MUCH[reason]))
      }
      const queue = this.#known.has(expression) ? this.#slow : this.#usual
      queue.add({ expression, input, settle, ended })
    })
  }
}

const TOO_MUCH = {
  time: 'took too long: it never ends, or one of its steps is too much work',
  memory: 'needed too much memory',
} as const

const failed = (reason: string) =>
  new AutomationError('mapping_failed', `The mapping ${reason}.`, { details: [{ path: 'mapping', message: reason }] })

function bodyInvalid(reason: string): AutomationError {
  const message = `The body is not JSON: ${reason}.`
  return new AutomationError('body_invalid', message, { details: [{ path: '', message }] })
}
