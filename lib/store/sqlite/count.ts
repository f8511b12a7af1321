import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DeliveryFilter } from '../delivery-queue.js'
import type { Page } from '../page.js'
import type { Context } from './context.js'
import { ranges } from './filters.js'
import { listSeqs, type Seqs } from './list.js'
import { isBounded } from './search.js'

/** Of an index so many rows are counted in one turn. */
const ROWS = 50_000

type Read = <T>(work: (context: Context) => T) => Promise<T>

export async function count(read: Read, filter: DeliveryFilter, signal?: AbortSignal): Promise<number> {
  let sum = 0
  for await (const some of isBounded(filter) ? rowByRow(read, filter) : byRanges(read, filter)) {
    sum += some
    await nextTurn()
    signal?.throwIfAborted()
  }
  return sum
}

async function* rowByRow(read: Read, filter: DeliveryFilter): AsyncGenerator<number> {
  for (let before: string | null = null; ; ) {
    const page: Page = { limit: ROWS, ...(before !== null && { before }) }
    const { seqs, next }: Seqs = await read((context) => listSeqs(context, filter, page))
    yield seqs.length
    if (next === null) return
    before = next
  }
}

async function* byRanges(read: Read, filter: DeliveryFilter): AsyncGenerator<number> {
  for (const { where, values } of await read((context) => ranges(context, filter))) {
    const sql = `SELECT count(*) AS count, min(seq) AS last FROM
      (SELECT seq FROM deliveries WHERE ${where} AND seq < ? ORDER BY seq DESC LIMIT ${ROWS})`
    for (let from = Number.MAX_SAFE_INTEGER; ; ) {
      const row = await read(({ db }) => db.get(sql, ...values, from)!)
      const some = row['count'] as number
      if (some > 0) yield some
      if (some < ROWS) break
      from = row['last'] as number
    }
  }
}
