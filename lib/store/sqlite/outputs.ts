import type { OwedOutput } from '../delivery-queue.js'
import { attemptOf, deliveryOf, storedOf } from '../rows.js'
import type { Context } from './context.js'
import { ATTEMPTS } from './requests.js'
import { WHOLE_DELIVERY } from './whole-delivery.js'

export function owedOutputs({ db }: Context, sender: string, limit: number): OwedOutput[] {
  const rows = db.all(`${WHOLE_DELIVERY} WHERE d.owed = 1 AND d.sender_id = ? ORDER BY d.seq LIMIT ?`, sender, limit)
  return rows.map((row) => {
    const { seq, event, payload, slots, contentType, message } = storedOf(row, 0)
    const last = db.get(`${ATTEMPTS} WHERE a.delivery = ? ORDER BY a.number DESC LIMIT 1`, seq)
    return {
      seq,
      delivery: deliveryOf(row),
      event,
      payload,
      slots,
      contentType,
      message,
      attempt: last === undefined ? null : attemptOf(last, row['id'] as string),
    }
  })
}

export function outputsGiven({ db, commit }: Context, seqs: readonly number[]): Promise<void> {
  return commit.write(() => {
    for (const seq of seqs) db.run('UPDATE deliveries SET owed = 0 WHERE seq = ?', seq)
  })
}
