import type { StoredDelivery } from '../../delivery/stored.js'
import type { RedeliveryRequest, TakenPending } from '../delivery-queue.js'
import { payloadOf, storedOf } from '../rows.js'
import { PENDING } from '../statuses.js'
import type { Context } from './context.js'
import { wanted } from './redeliver.js'
import { WHOLE_DELIVERY } from './whole-delivery.js'

/** Payloads that are read at once, in bytes. */
const READ_BYTES = 4 * 1024 * 1024

export function takePending(context: Context, request: RedeliveryRequest): TakenPending {
  const { db, claims, fence } = context
  const { rows, next } = wanted(context, request)
  const taken: StoredDelivery[] = []
  const busy: { seq: number; webhook: string }[] = []
  let bytes = 0
  for (const [index, row] of rows.entries()) {
    const [seq, webhook] = [row['seq'] as number, row['webhook_id'] as string]
    if (row['status'] !== PENDING) continue
    if (claims.of(webhook).has(seq)) {
      busy.push({ seq, webhook })
      continue
    }
    const whole = db.get(`${WHOLE_DELIVERY} WHERE d.seq = ?`, seq)!
    claims.take(webhook, seq)
    taken.push(storedOf(whole, fence))
    bytes += payloadOf(whole).length
    if (bytes >= READ_BYTES && index < rows.length - 1) return { taken, busy, next: String(seq) }
  }
  return { taken, busy, next }
}
