import type { Thing } from '../lease.js'
import type { Lacks } from './lacks.js'

/** How many things this instance wants and has, and what the others say of themselves. */
export interface Sharing {
  readonly wanted: number
  readonly held: number
  readonly others: readonly { readonly wants: number; readonly holds: number }[]
}

/** What nobody else has taken in this time, nobody else wants, or can have; milliseconds. */
const LEFT_MS = 2_500
/** The same of what another one can send and this one cannot. */
const LEFT_TO_ABLE_MS = 10_000
/** So long an instance keeps what came back to it because nobody else wanted it. */
const OURS_MS = 600_000
/** Handed over in one look, so that not everything stands still at once. */
const MOST_AT_ONCE = 20

/** Of what an instance wants, its fair part: everybody's together is at least all of it. */
const fairShare = ({ wanted, others }: Sharing): number => Math.ceil(wanted / (others.length + 1))

/** How many things should go to others, because one of them has less than its part. */
export function excess(sharing: Sharing): number {
  const share = fairShare(sharing)
  const lacks = sharing.others.map(({ wants, holds }) => Math.floor(wants / (sharing.others.length + 1)) - holds)
  const lacking = lacks.reduce((sum, lack) => sum + Math.max(0, lack), 0)
  return Math.min(Math.max(0, sharing.held - share), lacking, MOST_AT_ONCE)
}

/** Which free things an instance takes: at once up to its fair part, and after a moment what nobody else takes. */
export class Share {
  readonly #freeSince = new Map<Thing, number>()
  readonly #handedOver = new Map<Thing, number>()
  readonly #onlyOurs = new Map<Thing, number>()

  handedOver(thing: Thing, now: number): void {
    this.#handedOver.set(thing, now)
  }

  /** Nobody else wanted it when it was handed over. */
  isOnlyOurs(thing: Thing): boolean {
    const until = this.#onlyOurs.get(thing)
    return until !== undefined && performance.now() < until
  }

  of(free: readonly Thing[], sharing: Sharing, now: number, lacks: Pick<Lacks, 'othersCan'>): Thing[] {
    for (const thing of this.#freeSince.keys()) if (!free.includes(thing)) this.#freeSince.delete(thing)
    for (const thing of free) if (!this.#freeSince.has(thing)) this.#freeSince.set(thing, now)
    for (const thing of this.#handedOver.keys()) if (!free.includes(thing)) this.#handedOver.delete(thing)
    let room = Math.max(0, fairShare(sharing) - sharing.held)
    return free.filter((thing) => {
      const isForOthers = lacks.othersCan(thing)
      const isLeft = now - this.#freeSince.get(thing)! >= (isForOthers ? LEFT_TO_ABLE_MS : LEFT_MS)
      const isTheirs = this.#handedOver.has(thing) && sharing.others.length > 0
      if (isLeft) {
        if (isTheirs) this.#onlyOurs.set(thing, now + OURS_MS)
      } else if (isTheirs || isForOthers || room <= 0) return false
      this.#handedOver.delete(thing)
      room--
      return true
    })
  }
}
