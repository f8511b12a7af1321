import { type Lease, type Thing, webhookOf } from '../lease.js'
import type { Lack } from '../ownership.js'

/** An instance says no more of what it lacks. */
const MOST = 1_000
/** So long it must have lacked something before it hands the webhook over: flows that are deployed anew are back sooner. … */
const PATIENCE_MS = 3_000
/** … And so long it has had the webhook, so that two of which each lacks something both get on. */
const TENURE_MS = 3_000
/** So long it keeps what it handed over in vain. */
const IN_VAIN_MS = 60_000

const keyOf = ({ webhook, sender }: Lack) => JSON.stringify([webhook, sender])

/** What this instance cannot send and another one can: webhooks go where their deliveries can be sent. */
export class Lacks {
  #ask: () => readonly Lack[] = () => []
  /** By their keys, since when. */
  #mine = new Map<string, { readonly thing: Thing; readonly since: number }>()
  /** Of each of the others that live. */
  #others: readonly ReadonlySet<string>[] = []
  readonly #handed = new Map<Thing, number>()
  readonly #inVain = new Map<Thing, number>()

  ask(ask: () => readonly Lack[]): void {
    this.#ask = ask
  }

  /** As the others are to read it. */
  mine(now: number): string {
    const lacks = this.#ask().slice(0, MOST)
    this.#mine = new Map(
      lacks.map((lack) => {
        const key = keyOf(lack)
        return [key, { thing: `webhook/${lack.webhook}`, since: this.#mine.get(key)?.since ?? now }]
      }),
    )
    return JSON.stringify([...this.#mine.keys()])
  }

  /** @param lacks what each of the others that live said */
  others(lacks: readonly string[]): void {
    this.#others = lacks.map((text) => new Set(JSON.parse(text) as string[]))
  }

  nobodyCanSend(lack: Lack): boolean {
    return !this.#anotherCan(keyOf(lack))
  }

  #anotherCan(key: string): boolean {
    return this.#others.some((others) => !others.has(key))
  }

  /** Whether another one can send of a webhook what this one cannot. */
  othersCan(thing: Thing): boolean {
    return Array.from(this.#mine).some(([key, mine]) => mine.thing === thing && this.#anotherCan(key))
  }

  /** Of the webhooks that this instance has, those that another one should have. @param held with the time since when */
  toHandOver(held: ReadonlyMap<Thing, number>, now: number): Thing[] {
    const things = new Set<Thing>()
    for (const [key, { thing, since }] of this.#mine) {
      const [heldSince, vainUntil] = [held.get(thing), this.#inVain.get(thing) ?? 0]
      if (heldSince === undefined || now < vainUntil || now - heldSince < TENURE_MS || now - since < PATIENCE_MS)
        continue
      if (this.#anotherCan(key)) things.add(thing)
    }
    return [...things]
  }

  handedOver({ thing, fence }: Lease): void {
    this.#handed.set(thing, fence)
  }

  /** It came (back): nobody had it in between when its number has grown by one for the giving and one for the taking. */
  taken({ thing, fence }: Lease, now: number): void {
    if (webhookOf(thing) === null) return
    if (this.#handed.get(thing) === fence - 2) this.#inVain.set(thing, now + IN_VAIN_MS)
    this.#handed.delete(thing)
  }
}
