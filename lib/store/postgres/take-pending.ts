import type { StoredDelivery } from '../../delivery/stored.js'
import type { TakenPending } from '../delivery-queue.js'
import { type Row, storedOf } from '../rows.js'
import { PENDING } from '../statuses.js'
import { currentFences } from './locks.js'
import { wholeOf } from './whole-delivery.js'
import type { Transaction } from './writer.js'

/** Payloads that are read at once, in bytes. */
const READ_BYTES = 4 * 1024 * 1024

/**
 * @param wanted newest first
 * @param isOwn whether this instance has the lease of a webhook; who has it is told to end what is in its hand
 */
export async function takePending(
  { query, deltas, tellOthers }: Transaction,
  wanted: readonly Row[],
  isOwn: (webhook: string) => boolean,
): Promise<Omit<TakenPending, 'next'> & { readonly stoppedAt: number | null }> {
  const pending = wanted.filter(({ status }) => status === PENDING)
  const fences = await currentFences(
    query,
    pending.map((row) => row['webhook_id'] as string),
  )
  const { within, stoppedAt } = await sized(query, pending)
  const locked = await query(
    'SELECT seq, webhook_id, sender_id, claim FROM @deliveries WHERE seq = ANY ($1::bigint[]) AND status = 0 ORDER BY seq FOR UPDATE',
    within,
  )
  const busy: { seq: number; webhook: string }[] = []
  const [free, elsewhere]: [Row[], number[]] = [[], []]
  for (const row of locked) {
    const [seq, webhook] = [row['seq'] as number, row['webhook_id'] as string]
    if (row['claim'] === null || row['claim'] !== fences(webhook)) free.push(row)
    else {
      busy.push({ seq, webhook })
      if (isOwn(webhook)) continue
      elsewhere.push(seq)
      deltas.of(webhook, row['sender_id'] as string).woken++
    }
  }
  if (elsewhere.length > 0) {
    await query('UPDATE @deliveries SET cancel = true WHERE seq = ANY ($1::bigint[])', elsewhere)
    tellOthers()
  }
  const rows = await query(
    `WITH taken AS (
       UPDATE @deliveries d SET claim = x.fence, cancel = false FROM unnest($1::bigint[], $2::bigint[]) AS x (seq, fence)
       WHERE d.seq = x.seq RETURNING d.*)
     SELECT w.* FROM (${wholeOf('taken')}) w ORDER BY seq DESC`,
    free.map(({ seq }) => seq),
    free.map((row) => fences(row['webhook_id'] as string)),
  )
  await query(
    'UPDATE @deliveries SET cancel = false WHERE cancel AND seq = ANY ($1::bigint[]) AND NOT seq = ANY ($2::bigint[])',
    busy.map(({ seq }) => seq),
    elsewhere,
  )
  const taken: StoredDelivery[] = rows.map((row) => storedOf(row, row['claim'] as number))
  return { taken, busy: busy.sort((a, b) => b.seq - a.seq), stoppedAt }
}

/** As many as may be read at once, and after which one it ends before the end. */
async function sized(query: Transaction['query'], pending: readonly Row[]) {
  const rows = await query(
    'SELECT seq, octet_length(payload) AS bytes FROM @bodies WHERE seq = ANY ($1::bigint[]) ORDER BY seq DESC',
    pending.map(({ seq }) => seq),
  )
  const within: number[] = []
  let bytes = 0
  for (const [index, row] of rows.entries()) {
    within.push(row['seq'] as number)
    bytes += row['bytes'] as number
    if (bytes >= READ_BYTES && index < rows.length - 1) return { within, stoppedAt: row['seq'] as number }
  }
  return { within, stoppedAt: null }
}
