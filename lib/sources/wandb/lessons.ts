import { isObject, parsedObject } from '../../json.js'
import { SourceFailure } from '../watch/failure.js'
import type { WandbClient } from './client.js'
import { SERVER_DOCUMENT } from './documents.js'
import { CANNOT_BE_HAD } from './failure.js'

/** The part of the state that says what was learned about the server. */
export const LEARNED = 'learned'

export interface LessonsOptions {
  readonly client: WandbClient
  readonly now: () => number
  /** Milliseconds between two looks whether it is still the same server. */
  readonly fullScanEvery: number
}

/**
 * What was learned about a server, as it is stored, and until when it holds: a server that says that it is another
 * version, or can do something else, is asked for everything again. So is one that says nothing of the kind, once a day.
 */
export class Lessons {
  readonly #options: LessonsOptions
  /** What the server said that it is when something was learned about it; null when it does not say. */
  #server: string | null = null
  #isKnown = false
  #checkedAt = 0

  constructor(options: LessonsOptions) {
    this.#options = options
  }

  recall(text: string | undefined): void {
    const stored = text === undefined ? null : parsedObject(text)
    const names = (value: unknown) => (Array.isArray(value) ? value.map(String) : [])
    if (!stored) return
    this.#server = typeof stored['server'] === 'string' ? stored['server'] : null
    this.#isKnown = true
    this.#options.client.knowledge.recall({ lacks: names(stored['lacks']), doubts: names(stored['doubts']) })
  }

  /** Forgets what was learned about a server that is not the same any more. */
  async check(signal: AbortSignal): Promise<void> {
    const { client, now, fullScanEvery } = this.#options
    if (!this.#hasLearned || now() - this.#checkedAt < fullScanEvery) return
    const server = await this.#ask(signal)
    this.#checkedAt = now()
    if (server !== null && server === this.#server) return
    client.knowledge.forget()
    this.#isKnown = false
  }

  /** The text to store; null when nothing was learned. */
  async text(signal: AbortSignal): Promise<string | null> {
    const { client, now } = this.#options
    if (!this.#hasLearned) return null
    if (!this.#isKnown) {
      this.#server = await this.#ask(signal)
      this.#checkedAt = now()
      this.#isKnown = true
    }
    return JSON.stringify({ ...client.knowledge.learned, server: this.#server })
  }

  get #hasLearned(): boolean {
    const { lacks, doubts } = this.#options.client.knowledge.learned
    return lacks.length + doubts.length > 0
  }

  /** What the server says that it is and can do; null when it does not. */
  async #ask(signal: AbortSignal): Promise<string | null> {
    try {
      const { data } = await this.#options.client.ask(SERVER_DOCUMENT, {}, { signal, tolerates: () => true })
      const said = data.at('serverInfo').json()
      return isObject(said) ? JSON.stringify(said) : null
    } catch (error) {
      if (!(error instanceof SourceFailure) || !CANNOT_BE_HAD.includes(error.code)) throw error
      return null
    }
  }
}
