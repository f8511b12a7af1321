/** An event that was handed to automations, as the store knows it. */
export interface Handed {
  readonly source: string
  readonly eventId: string
}

interface Entry extends Handed {
  /** Automations whose message has not reached a sender (or been dropped on purpose) yet. */
  readonly open: Set<string>
  /** Milliseconds: when it was handed over; once nothing is open, when that was. */
  at: number
}

export interface InFlightOptions {
  /** How long a message may stay in a flow and still be handed over again after a redeploy, in milliseconds. */
  window?: number
  /** How long an event is remembered after each automation reached a sender: a second branch may be just behind. */
  grace?: number
  /** Most events remembered; the oldest are forgotten first. */
  limit?: number
  /** Called with each event that every automation's message of reached a sender, or that none has to. */
  over?: (event: Handed) => void
}

/** So often, in milliseconds, those that are over are forgotten while new ones come. */
const PRUNE_MS = 100

/**
 * Remembers which events are in the flows right now. Node-RED forgets the messages of a flow that is redeployed, so
 * what had not reached a sender by then is handed over again; the delivery's id keeps a webhook from seeing it twice.
 */
export class InFlight {
  readonly #open = new Map<string, Entry>()
  readonly #settled = new Map<string, Entry>()
  readonly #window: number
  readonly #grace: number
  readonly #limit: number
  readonly #over: (event: Handed) => void
  /** When the old were looked for. */
  #prunedAt = Number.NEGATIVE_INFINITY

  constructor({ window = 60_000, grace = 2_000, limit = 20_000, over = () => {} }: InFlightOptions = {}) {
    this.#window = window
    this.#grace = grace
    this.#limit = limit
    this.#over = over
  }

  handed({ source, eventId }: Handed, automations: readonly string[], now: number): void {
    // a map steps over what was deleted at its front each time that it is read from there
    if (now - this.#prunedAt >= PRUNE_MS || now < this.#prunedAt || this.size > 2 * this.#limit) this.#prune(now)
    if (automations.length === 0) {
      this.#over({ source, eventId })
      return
    }
    const key = keyOf(source, eventId)
    this.#settled.delete(key)
    this.#open.delete(key)
    this.#open.set(key, { source, eventId, open: new Set(automations), at: now })
  }

  /** One automation's message reached a sender, or a filter dropped it. @returns whether it was waited for */
  reached({ source, eventId }: Handed, automation: string, now: number): boolean {
    const key = keyOf(source, eventId)
    const entry = this.#open.get(key)
    if (!entry) return false
    entry.open.delete(automation)
    if (entry.open.size > 0) return true
    this.#open.delete(key)
    this.#over({ source, eventId })
    entry.at = now
    this.#settled.set(key, entry)
    return true
  }

  /** Whether it is still waited for. */
  isOpen({ source, eventId }: Handed): boolean {
    return this.#open.has(keyOf(source, eventId))
  }

  /** What has to be handed over again when the flows were stopped at `now`, oldest first. */
  unsettled(now: number): Handed[] {
    this.#prune(now)
    return [...this.#open.values(), ...this.#settled.values()].map(({ source, eventId }) => ({ source, eventId }))
  }

  get size(): number {
    return this.#open.size + this.#settled.size
  }

  /** Both maps are in order of time, so this looks at no more than it forgets. */
  #prune(now: number): void {
    this.#prunedAt = now
    forget(this.#open, now - this.#window, this.#limit)
    forget(this.#settled, now - this.#grace, this.#limit)
  }
}

function forget(entries: Map<string, Entry>, before: number, limit: number): void {
  for (const [key, entry] of entries) {
    if (entry.at >= before && entries.size <= limit) return
    entries.delete(key)
  }
}

const keyOf = (source: string, eventId: string) => `${source} ${eventId}`
