import type { OwedOutput } from '../delivery-queue.js'
import { attemptOf, deliveryOf, storedOf } from '../rows.js'
import { ATTEMPTS } from './attempts.js'
import type { Query } from './database.js'
import type { Instance } from './instance.js'
import { type NotedSuspects, SUSPECT } from './suspects.js'
import { wholeOf } from './whole-delivery.js'
import type { Transaction } from './writer.js'

/** Takes outputs for this instance's sender, so that no other one gives them too. */
export async function owedOutputs(
  query: Query,
  me: Instance,
  suspects: NotedSuspects,
  { sender, limit }: { readonly sender: string; readonly limit: number },
): Promise<OwedOutput[]> {
  const rows = await query(
    `WITH taken AS (
       UPDATE @deliveries d SET owed = $3 FROM (
         SELECT seq, owed = 1 AND ends = ${SUSPECT} AS noted FROM @deliveries WHERE sender_id = $1 AND owed IN (1, $3)
         ORDER BY seq LIMIT $2 FOR UPDATE SKIP LOCKED) s
       WHERE d.seq = s.seq RETURNING d.*, s.noted),
     noted AS (INSERT INTO @in_hand SELECT $3 * -1, 'output', seq, false FROM taken WHERE noted ON CONFLICT DO NOTHING)
     SELECT w.* FROM (${wholeOf('taken')}) w ORDER BY seq`,
    sender,
    limit,
    -me.id,
  )
  if (rows.length === 0) return []
  suspects.found('output', rows)
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

export async function outputsGiven({ query }: Pick<Transaction, 'query'>, seqs: readonly number[]): Promise<void> {
  await query('UPDATE @deliveries SET owed = 0, ends = 0, blamed = NULL WHERE seq = ANY ($1::bigint[])', seqs)
}
