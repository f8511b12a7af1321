/** What may have changed since the last hint: who shows it looks again. */
export type Matter = 'deliveries' | 'events' | 'flows'

/** A webhook or source that somebody should look at, by its id; its name and reason are asked for by who may read them. */
export interface Trouble {
  readonly kind: 'webhook' | 'source'
  readonly id: string
  readonly state: 'broken' | 'paused' | 'resting' | 'gives-up' | 'failing'
}

interface NewsParts {
  /** To every open editor; what is retained is given to those that come later too. */
  readonly publish: (topic: string, data: object, retain: boolean) => void
  readonly troubles: () => Promise<readonly Trouble[]>
  readonly later: (call: () => void, ms: number) => void
}

/** From a change to its hint: changes come in bursts. */
const COLLECT_MS = 200
/** From one hint to the next. */
const REST_MS = 1_000

/**
 * Hints for open editors over the connection that they have anyway: that something changed, a moment later and at most
 * once a second, and which webhooks and sources are in trouble. Hints hold ids alone: whoever listens need not be
 * allowed to read deliveries.
 */
export class News {
  readonly #parts: NewsParts
  readonly #matters = new Set<Matter>()
  #state: 'idle' | 'collecting' | 'resting' = 'idle'
  /** What was told last. At first nothing was: an editor that stayed open may know of troubles from before a restart. */
  #troubles = ''

  constructor(parts: NewsParts) {
    this.#parts = parts
  }

  changed(matter: Matter): void {
    this.#matters.add(matter)
    if (this.#state === 'idle') this.#collect()
  }

  #collect(): void {
    this.#state = 'collecting'
    this.#parts.later(() => {
      const { publish, later } = this.#parts
      const matters = [...this.#matters]
      this.#matters.clear()
      publish('artifact-automations/news', { matters }, false)
      this.#state = 'resting'
      this.#tellTroubles().catch(() => {}) // a store that cannot be read has been told of already
      later(() => {
        this.#state = 'idle'
        if (this.#matters.size > 0) this.#collect()
      }, REST_MS)
    }, COLLECT_MS)
  }

  async #tellTroubles(): Promise<void> {
    const troubles = await this.#parts.troubles()
    const text = JSON.stringify(troubles)
    if (text === this.#troubles) return
    this.#troubles = text
    this.#parts.publish('artifact-automations/troubles', { troubles }, true)
  }
}
