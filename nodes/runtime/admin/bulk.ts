import type { DeliveryEngine } from '../../../lib/engine/engine.js'
import type { Done, DonePage } from '../../../lib/engine/slices.js'
import type { DeliveryFilter } from '../../../lib/store/delivery-queue.js'
import type { Host } from '../host.js'
import { FILTER, namedFilterOf } from './filter.js'
import { wholeNumber } from './input.js'
import { PAGED, readable, unavailable } from './page.js'
import { wrong } from './refusals.js'
import { type AdminRequest, type AdminRouter, optionalText } from './router.js'

const MOST = 1_000

const TAKES = [...FILTER, ...PAGED]

/** What is done with all deliveries that fit, at once or by pages. */
export function mountBulk(router: AdminRouter, host: Host): void {
  router.post(
    '/deliveries/count',
    async ({ body, signal }) => {
      const filter = { status: 'failed', ...namedFilterOf(body) } as const
      // all are counted, but what redelivering would refuse is refused here too
      limitOf(body)
      optionalText(body['before'], 'before')
      const engines = await host.stores.all()
      let count = 0
      for (const engine of readable(engines)) count += await engine.count(filter, signal)
      return { status: 200, json: { count, ...unavailable(engines) } }
    },
    { reads: true, takes: TAKES },
  )

  router.post(
    '/deliveries/redeliver',
    async (request) => {
      const filter = namedFilterOf(request.body)
      const { count, ...rest } = await work(host, request, (engine, page) => engine.redelivery.page(filter, page))
      return { status: 200, json: { redelivered: count, ...rest } }
    },
    { takes: TAKES },
  )

  router.post(
    '/deliveries/cancel',
    async (request) => {
      const filter = pendingFilterOf(request.body)
      const { count, ...rest } = await work(host, request, (engine, page) => engine.cancellation.page(filter, page))
      return { status: 200, json: { cancelled: count, ...rest } }
    },
    { takes: TAKES },
  )
}

function pendingFilterOf(body: AdminRequest['body']): DeliveryFilter {
  const filter = namedFilterOf(body)
  if ((filter.status ?? 'pending') === 'pending') return filter
  throw wrong('status', 'must be pending: nothing else can be cancelled')
}

/** One store after the other, up to `limit`, or all that fits, as long as the caller waits. */
async function work(
  host: Host,
  { body, signal }: AdminRequest,
  page: (engine: DeliveryEngine, page: DonePage) => Promise<Done>,
) {
  const all = await host.stores.all()
  const engines = readable(all)
  const limit = limitOf(body)
  let { index, before } = placeOf(optionalText(body['before'], 'before'), engines.length)
  let count = 0
  while (index < engines.length && count < limit && !signal.aborted) {
    const done = await page(engines[index] as DeliveryEngine, { before, limit: limit - count })
    count += done.count
    before = done.next
    if (before === null) index++
    // a page that has taken long is short: with a limit that is said, else it goes on
    if (before !== null && limit !== Number.POSITIVE_INFINITY) break
  }
  const next = index < engines.length ? cursorOf(index, before, engines.length) : null
  return { count, next, ...unavailable(all) }
}

const limitOf = (body: AdminRequest['body']) => wholeNumber(body['limit'], 'limit', Number.POSITIVE_INFINITY, MOST)

interface Place {
  readonly index: number
  readonly before: string | null
}

/** The cursor of the only store is its own; of several it says in which of how many it is. */
function cursorOf(index: number, before: string | null, stores: number): string {
  if (stores === 1 && before !== null) return before
  return Buffer.from(JSON.stringify([stores, index, before])).toString('base64url')
}

function placeOf(cursor: string | undefined, stores: number): Place {
  if (cursor === undefined) return { index: 0, before: null }
  if (stores === 1) return { index: 0, before: cursor }
  try {
    const [count, index, before] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    if (
      count === stores &&
      [...Array(stores).keys()].includes(index as number) &&
      (before === null || typeof before === 'string')
    ) {
      return { index: index as number, before }
    }
  } catch {
    // falls through to the refusal
  }
  throw wrong('before', 'is not the "next" of an earlier page')
}
