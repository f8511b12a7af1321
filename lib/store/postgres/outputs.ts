import type { OwedOutput } from '../delivery-queue.js'
import { attemptOf, deliveryOf, storedOf } from '../rows.js'
import { ATTEMPTS } from './attempts.js'
import type { Query } from './database.js'
import type { Instance } from './lifecycle.js'
import { wholeOf } from './whole-delivery.js'

/** Takes outputs for this instance's sender, so that no other one gives them too. */
export async function owedOutputs(query: Query, me: Instance, sender: string, limit: number): Promise<OwedOutput[]> {
  const rows = await query(
    `WITH taken AS (
       UPDATE @deliveries d SET owed = $3 FROM (
         SELECT seq FROM @deliveries WHERE sender_id = $1 AND owed IN (1, $3) ORDER BY seq LIMIT $2 FOR UPDATE SKIP LOCKED) s
       WHERE d.seq = s.seq RETURNING d.*)
     SELECT w.* FROM (${wholeOf('taken')}) w ORDER BY seq`,
    sender,
    limit,
    -me.id,
  )
  if (rows.length === 0) return []
  const attempts = await query(
    `SELECT DISTINCT ON (a.delivery) * FROM (${ATTEMPTS} WHERE a.delivery = ANY ($1::bigint[])) a ORDER BY a.delivery, a.number DESC`,
    rows.map(({ seq }) => seq),
  )
  const last = new Map(attempts.map((row) => [row['delivery'] as number, row]))
  return rows.map((row) => {
    const { seq, event, payload, slots, contentType, message } = storedOf(row, 0)
    const attempt = last.get(seq)
    const output = { seq, delivery: deliveryOf(row), event, payload, slots, contentType, message }
    return { ...output, attempt: attempt === undefined ? null : attemptOf(attempt, row['id'] as string) }
  })
}
