import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DeliveryEngine } from '../../../lib/engine/engine.js'
import { type AutomationSums, HOUR_MS, hourOf, type WebhookSums } from '../../../lib/store/statistics.js'

/** So many are asked for in one turn of the event loop. */
const AT_ONCE = 25

/** By the clock of the embedded store, which may be a database's. */
export const nowOf = (engines: readonly Pick<DeliveryEngine, 'statistics'>[]): number =>
  engines[0]?.statistics.now() ?? Date.now()

/** The last 24 hours and the one that has begun, as `GET statistics` has them. */
export const dayBefore = (now: number): number => hourOf(now - 24 * HOUR_MS)

/** In the order of what is given, a part in each turn of the event loop. */
export async function inParts<T, R>(
  all: readonly T[],
  part: (some: readonly T[]) => Promise<readonly R[]>,
): Promise<R[]> {
  const done: R[] = []
  for (let at = 0; at < all.length; at += AT_ONCE) {
    if (at > 0) await nextTurn()
    done.push(...(await part(all.slice(at, at + AT_ONCE))))
  }
  return done
}

/** Events are in one store, and what became of them may be in another: the sums over all that can be read. */
export function automationSums(engines: readonly DeliveryEngine[], ids: readonly string[], since: number) {
  const none: AutomationSums = { fired: 0, delivered: 0, failed: 0, lastFiredAt: null }
  return summed(
    engines,
    ids,
    (engine, some) => engine.statistics.automationSums(some, since),
    none,
    (a, b) => ({
      fired: a.fired + b.fired,
      delivered: a.delivered + b.delivered,
      failed: a.failed + b.failed,
      lastFiredAt: latest(a.lastFiredAt, b.lastFiredAt),
    }),
  )
}

export function webhookSums(engines: readonly DeliveryEngine[], ids: readonly string[], since: number) {
  const none: WebhookSums = { delivered: 0, failed: 0, lastDeliveredAt: null, lastError: null, oldestPendingAt: null }
  return summed(
    engines,
    ids,
    (engine, some) => engine.statistics.webhookSums(some, since),
    none,
    (a, b) => ({
      delivered: a.delivered + b.delivered,
      failed: a.failed + b.failed,
      lastDeliveredAt: latest(a.lastDeliveredAt, b.lastDeliveredAt),
      lastError: (b.lastError?.at ?? -1) > (a.lastError?.at ?? -1) ? b.lastError : a.lastError,
      oldestPendingAt: earliest(a.oldestPendingAt, b.oldestPendingAt),
    }),
  )
}

async function summed<S>(
  engines: readonly DeliveryEngine[],
  ids: readonly string[],
  ask: (engine: DeliveryEngine, some: readonly string[]) => Promise<readonly S[]>,
  none: S,
  add: (a: S, b: S) => S,
): Promise<Map<string, S>> {
  const sums = new Map(ids.map((id) => [id, none]))
  for (const engine of engines) {
    const found = await inParts(ids, (some) => ask(engine, some))
    for (const [index, id] of ids.entries()) sums.set(id, add(sums.get(id) ?? none, found[index] ?? none))
  }
  return sums
}

const latest = (a: number | null, b: number | null) => (a === null || b === null ? (a ?? b) : Math.max(a, b))
const earliest = (a: number | null, b: number | null) => (a === null || b === null ? (a ?? b) : Math.min(a, b))
