/** What a hint says may have changed. */
export type Matter = 'deliveries' | 'events' | 'flows'

interface Watched {
  readonly matters: readonly Matter[]
  readonly refresh: () => Promise<void> | void
  /** Milliseconds from one to the next. */
  readonly every: number
  /** What is out of date. */
  stale: boolean
  busy: boolean
  /** By the clock of the page, which nobody sets. */
  readyAt: number
}

/**
 * Brings what is in sight up to date when the server says that it changed, over the connection that the editor has
 * anyway. What is not in sight asks for nothing; it is brought up to date when it comes into sight.
 */
export class Live {
  readonly #watched = new Map<string, Watched>()
  #visible = false
  #front = ''

  constructor(root: Element) {
    const look = () => this.#look()
    new IntersectionObserver((entries) => {
      this.#isInSight = entries.at(-1)?.isIntersecting ?? false
      look()
    }).observe(root)
    document.addEventListener('visibilitychange', look)
    RED.comms.subscribe('artifact-automations/#', (topic, data) => {
      if (topic === 'artifact-automations/news') this.#hear((data as { matters?: Matter[] }).matters ?? [])
    })
    // hints were missed while the connection was away
    RED.comms.on?.('connect', () => this.#hear(['deliveries', 'events', 'flows']))
  }

  #isInSight = false

  get visible(): boolean {
    return this.#visible
  }

  /** A view that wants to be brought up to date while it is in front. */
  watch(name: string, matters: readonly Matter[], every: number, refresh: () => Promise<void> | void): void {
    this.#watched.set(name, { matters, refresh, every, stale: true, busy: false, readyAt: 0 })
  }

  unwatch(name: string): void {
    this.#watched.delete(name)
  }

  /** This view is in front now. */
  front(name: string): void {
    this.#front = name
    this.#work(name)
  }

  /** Something was done here: it is looked at again at once. */
  changed(...matters: Matter[]): void {
    for (const watched of this.#watched.values()) watched.readyAt = 0
    this.#hear(matters)
  }

  #hear(matters: readonly Matter[]): void {
    for (const watched of this.#watched.values()) {
      if (watched.matters.some((matter) => matters.includes(matter))) watched.stale = true
    }
    this.#workAll()
  }

  #look(): void {
    const visible = this.#isInSight && document.visibilityState !== 'hidden'
    if (visible === this.#visible) return
    this.#visible = visible
    this.#workAll()
  }

  #workAll(): void {
    for (const name of this.#watched.keys()) if (name === this.#front || name === 'always') this.#work(name)
  }

  #work(name: string): void {
    const watched = this.#watched.get(name)
    if (!watched || !this.#visible || !watched.stale || watched.busy) return
    const wait = watched.readyAt - performance.now()
    watched.busy = true
    const go = async () => {
      // it went out of sight, or another came to the front, meanwhile
      if (this.#visible && (name === this.#front || name === 'always')) {
        watched.stale = false
        await watched.refresh()
        watched.readyAt = performance.now() + watched.every
      }
    }
    const done = () => {
      watched.busy = false
      if (this.#front === name || name === 'always') this.#work(name)
    }
    setTimeout(() => void go().then(done, done), Math.max(0, wait))
  }
}
