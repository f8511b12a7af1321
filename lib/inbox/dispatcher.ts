import { setImmediate as nextTurn } from 'node:timers/promises'
import { Router } from '../automations/router.js'
import type { AutomationRule } from '../automations/rule.js'
import type { WatchTrigger } from '../automations/watch-trigger.js'
import type { ArtifactEvent } from '../events/event.js'
import { sampledAutomation, sampleSource } from '../events/sample-source.js'
import type { Cursor } from '../store/event-log.js'
import type { Acceptance, EventKeeper } from './event-keeper.js'
import { Hands } from './hands.js'
import type { InFlight } from './in-flight.js'
import { inFlightOf } from './in-flight-of.js'
import { type AutomationMessage, automationOf, eventOf } from './message.js'

/** One artifact-event node as the dispatcher sees it. */
export interface Automation {
  readonly id: string
  readonly source: string
  readonly rule: AutomationRule
  /** The same as long as nothing about its node was changed. */
  readonly key?: string
  emit(event: ArtifactEvent): void
}

/** The answer of one accepted event. */
export interface AcceptedEvent {
  readonly event_id: string
  readonly duplicate: boolean
  /** How many automations it matches. */
  readonly automations: number
}

interface HandOver {
  readonly source: string
  readonly event: ArtifactEvent
}

/** Of the event loop at a time. */
const ROUTING_MS = 10

/**
 * Stores events, then hands them to the automations they match. While flows are being redeployed events are stored
 * only, and handed over once the flows run again, together with those that a redeploy or a crash caught half-way.
 */
export class Dispatcher {
  readonly #engine: () => Promise<EventKeeper>
  readonly #now: () => number
  readonly #automations = new Map<string, Automation>()
  /** Since when each automation is what it is; kept while flows are redeployed. */
  readonly #since = new Map<string, { readonly key: string | undefined; readonly at: number }>()
  readonly #routers = new Map<string, Router<Automation>>()
  #inFlight: InFlight
  #hands = new Hands()
  #running = false
  #withSender: ReadonlySet<string> = new Set()
  /** Stored as handed over, but the flows stopped between the write and the hand-over. */
  #late: HandOver[] = []
  #interrupted: { source: string; eventId: string }[] = []
  #somethingWaits = false
  #handingOver: Promise<void> | null = null
  /** Told of every message that reached a sender's queue, or was dropped by a filter. */
  onSettled: (automation: string, source: string, eventId: string) => void = () => {}
  /** Told of every event that a source brought and that is no duplicate, before any flow gets it. */
  onArrived: (source: string, event: ArtifactEvent) => void = () => {}

  /** @param engine the embedded store's engine, which keeps every event; rejects with `store_unavailable` */
  constructor(engine: () => Promise<EventKeeper>, now: () => number) {
    this.#engine = engine
    this.#now = now
    this.#inFlight = inFlightOf(engine)
  }

  /** Adds an automation; the function that is returned takes it away again. */
  register(automation: Automation): () => void {
    const { id, key } = automation
    this.#automations.set(id, automation)
    if (!this.#since.has(id) || this.#since.get(id)?.key !== key) this.#since.set(id, { key, at: this.#now() })
    this.#changed(automation.source)
    return () => {
      if (this.#automations.get(automation.id) !== automation) return
      this.#automations.delete(automation.id)
      this.#changed(automation.source)
    }
  }

  /** False from the moment in which a deploy stops flows until they have started again. */
  get running(): boolean {
    return this.#running
  }

  /** Whether this automation is deployed and working. */
  has(id: string): boolean {
    return this.#automations.has(id)
  }

  /** What starts it; undefined when it is not deployed, or cannot work. */
  ruleOf(id: string): AutomationRule | undefined {
    return this.#automations.get(id)?.rule
  }

  /** Since when it has been at work as it is now, as far as this process knows. */
  runningSince(id: string): number | null {
    return this.#automations.has(id) ? (this.#since.get(id)?.at ?? null) : null
  }

  /** Hands an event to one automation alone. @returns false when it is not at work, or flows are stopped */
  handTo(id: string, event: ArtifactEvent): boolean {
    const automation = this.#running ? this.#automations.get(id) : undefined
    automation?.emit(event)
    return automation !== undefined
  }

  /** While flows are stopped the old router stays, so that answers still say how many automations match. */
  #changed(source: string): void {
    if (this.#running) this.#routers.delete(source)
  }

  #route(source: string, event: ArtifactEvent): Automation[] {
    const sampled = sampledAutomation(source)
    if (sampled !== null) {
      const automation = this.#automations.get(sampled)
      return automation ? [automation] : []
    }
    let router = this.#routers.get(source)
    if (!router) {
      const own = [...this.#automations.values()].filter((automation) => automation.source === source)
      router = new Router(own.map((automation) => ({ rule: automation.rule, value: automation })))
      this.#routers.set(source, router)
    }
    return router.route(event)
  }

  /** What the automations of a source wait for, for whoever watches a registry for them. */
  waitingFor(source: string): WatchTrigger[] {
    const own = [...this.#automations.values()].filter((automation) => automation.source === source)
    return own.flatMap(({ rule: { trigger, runs } }) =>
      (runs.rules.length === 0 ? [null] : runs.rules).map((run) => ({ trigger, run })),
    )
  }

  /**
   * Stores events and hands the new ones over. Resolves once they are on disk.
   * @throws AutomationError `store_unavailable`, or `cursor_moved`; nothing was accepted then
   */
  async accept(source: string, events: readonly ArtifactEvent[], more: Acceptance = {}): Promise<AcceptedEvent[]> {
    const engine = await this.#engine()
    const { routes, router } = await this.#routesOf(source, events)
    const fires = routes.map((automations) => automations.map(({ id }) => id))
    const routed = this.#running
    const reaches = routes.map((automations) => !routed || this.#traceable(automations).length > 0)
    const results = await engine.accept(source, [...events], { routed, fires, reaches, ...more })
    // flows that started while this was being stored have looked for it in vain; a store that fails at this is looked
    // at again when it works
    if (!routed && this.#running) this.handOverWhatWaits().catch(() => {})
    return results.map(({ event, duplicate }, index) => {
      // a deploy may have changed the automations meanwhile
      const automations = this.#routers.get(source) === router ? routes[index]! : this.#route(source, event)
      if (!duplicate) this.onArrived(source, event)
      if (!duplicate && routed) {
        if (this.#running) this.#handOver(source, event, automations)
        else this.#late.push({ source, event })
      }
      return { event_id: event.event_id, duplicate, automations: automations.length }
    })
  }

  /** Which automations each event starts. Patterns may take milliseconds for each: everything else goes on in between. */
  async #routesOf(source: string, events: readonly ArtifactEvent[]) {
    const routes: Automation[][] = []
    let router: Router<Automation> | undefined
    let since = events.length > 1 ? performance.now() : 0
    for (const event of events) {
      routes.push(this.#route(source, event))
      router ??= this.#routers.get(source)
      if (routes.length === events.length || performance.now() - since < ROUTING_MS) continue
      await nextTurn()
      since = performance.now()
    }
    return { routes, router }
  }

  #handOver(source: string, event: ArtifactEvent, automations = this.#route(source, event)): void {
    this.#inFlight.handed({ source, eventId: event.event_id }, this.#traceable(automations), this.#now())
    automations.forEach((automation, copy) => {
      // each automation may change what it gets without another one seeing it
      automation.emit(copy === 0 ? event : structuredClone(event))
    })
  }

  /** How far a source was read. @throws AutomationError `store_unavailable` */
  async cursor(key: string): Promise<Cursor> {
    return (await this.#engine()).cursor(key)
  }

  /**
   * What is to be called when a message reached a sender's queue, or a filter dropped it: nothing has to be handed over
   * again for it then. Made before that, because the flow may take the event out of its message meanwhile. A message without
   * an event settles nothing.
   */
  settling(msg: AutomationMessage): () => void {
    try {
      const { id } = automationOf(msg)
      const { event_id } = eventOf(msg)
      return () => this.#settled(id, event_id)
    } catch {
      return () => {}
    }
  }

  #settled(id: string, eventId: string): void {
    const source = this.#automations.get(id)?.source
    if (source === undefined) return
    this.onSettled(id, source, eventId)
    const now = this.#now()
    const from = [source, sampleSource(id)].find((each) => this.#inFlight.reached({ source: each, eventId }, id, now))
    if (from !== undefined) this.#hands.settled({ source: from, eventId }, this.#inFlight)
  }

  /** The store was taken away, and all that was on its way with it. */
  forget(): void {
    this.#inFlight = inFlightOf(this.#engine)
    this.#hands = new Hands()
    this.#late = []
    this.#interrupted = []
  }

  flowsStopping(): void {
    if (!this.#running) return
    this.#running = false
    this.#interrupted = this.#inFlight.unsettled(this.#now())
  }

  /** @param withSender the automations whose messages can reach a sender */
  async flowsStarted(withSender: ReadonlySet<string>): Promise<void> {
    this.#running = true
    this.#withSender = withSender
    this.#routers.clear()
    for (const id of this.#since.keys()) if (!this.#automations.has(id)) this.#since.delete(id)
    await this.handOverWhatWaits()
  }

  /**
   * Hands over what waited: stored meanwhile, caught by the redeploy, or (after a crash or trouble with the store) not
   * settled. Does nothing while flows are stopped.
   */
  async handOverWhatWaits(): Promise<void> {
    this.#somethingWaits = true
    if (!this.#running) return
    this.#handingOver ??= this.#handOverAll()
    await this.#handingOver
  }

  /** One round after the other: two at a time would hand over the same events. */
  async #handOverAll(): Promise<void> {
    try {
      do {
        this.#somethingWaits = false
        await this.#handOverOnce()
      } while (this.#somethingWaits && this.#running)
    } finally {
      this.#handingOver = null
    }
  }

  async #handOverOnce(): Promise<void> {
    const engine = await this.#engine()
    for (const { source, event } of this.#late.splice(0)) this.#again(source, event)
    const interrupted = this.#interrupted.splice(0)
    try {
      for (let next = interrupted[0]; next !== undefined; next = interrupted[0]) {
        const known = await engine.event(next.source, next.eventId)
        interrupted.shift()
        if (known) this.#again(next.source, known.event)
      }
    } finally {
      // what a failing store left unread is for the next round
      this.#interrupted.unshift(...interrupted)
    }
    const match = (source: string, event: ArtifactEvent) => {
      const automations = this.#route(source, event)
      return { automations: automations.map(({ id }) => id), traceable: this.#traceable(automations) }
    }
    for await (const { source, event, hand } of engine.takeUnrouted(match)) {
      if (hand !== null) this.#hands.note({ source, eventId: event.event_id }, hand)
      this.#again(source, event)
    }
  }

  /** A flow without a sender leaves no trace, so what went through it counts as settled. */
  #traceable(automations: readonly Automation[]): string[] {
    return automations.map(({ id }) => id).filter((id) => this.#withSender.has(id))
  }

  #again(source: string, event: ArtifactEvent): void {
    if (this.#running) this.#handOver(source, event)
    else this.#late.push({ source, event })
  }
}
