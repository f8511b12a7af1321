import type { Row } from '../rows.js'
import { ROUTING } from '../statuses.js'
import { SET_ASIDE, type Suspect, type Suspects } from '../suspects.js'
import type { Query } from './database.js'
import { type Instance, LIFE_MS } from './instance.js'
import type { Outcome, Step, Writer } from './writer.js'

/** As `ends` of a row has it: it was there when an instance ended, or it was in hand at the next such end too. */
export const SUSPECT = 1
export const ACCUSED = 2

type Kind = Suspect['kind']

/** What is written of a suspect: that it is in hand, or is not any more, or is no suspect any more. */
interface Note extends Suspect {
  readonly is: 'in hand' | 'alone' | 'let go' | 'cleared'
}

/** What it needs of an open store. */
interface Place {
  readonly db: { readonly query: Query }
  readonly owner: { readonly me: Instance }
  readonly writer: Writer
}

/** So long it is waited for what may be in hand elsewhere, milliseconds: until one that is dead is known to be. */
const LONGEST_WAIT_MS = 2 * LIFE_MS
const ASK_EVERY_MS = 500

const keyOf = ({ kind, seq }: Suspect): string => `${kind} ${seq}`

/**
 * Suspects of a database that several instances share, as far as this one has come by them: whoever takes something learns
 * from its row that it is one. Each note is committed before what it tells of is handled. Of what is no suspect nothing is
 * written, and nothing is asked.
 */
export class NotedSuspects implements Suspects {
  readonly #open: () => Place
  readonly #ends = new Map<string, number>()
  /** That were noted by the statement that took them. */
  readonly #noted = new Set<string>()
  /** That could not be written: else they would count as in hand for as long as this instance lives. */
  #late: Note[] = []

  /** @param open throws AutomationError when the store is not */
  constructor(open: () => Place) {
    this.#open = open
  }

  /** @param rows with `seq`, `ends`, and `noted`: whether the statement that took it has noted that it is in hand */
  found(kind: Kind, rows: readonly Row[]): void {
    for (const row of rows) {
      const key = keyOf({ kind, seq: row['seq'] as number })
      const ends = row['ends'] as number
      if (ends > 0) this.#ends.set(key, ends)
      else if (this.#ends.size > 0) this.#ends.delete(key)
      if (row['noted'] === true) this.#noted.add(key)
    }
  }

  has(suspect: Suspect): boolean {
    return this.#ends.size > 0 && this.#ends.has(keyOf(suspect))
  }

  isAccused(suspect: Suspect): boolean {
    return this.#ends.get(keyOf(suspect)) === ACCUSED
  }

  /** What another instance has in hand is in hand there, or will be known to have ended it when that is known to be dead. */
  async doubt(suspect: Suspect): Promise<void> {
    let row = await this.#ask(suspect)
    for (const end = performance.now() + LONGEST_WAIT_MS; row['elsewhere'] === true && performance.now() < end; ) {
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
      row = await this.#ask(suspect)
    }
    this.#ends.set(keyOf(suspect), Math.max(SUSPECT, row['ends'] as number))
  }

  take(suspect: Suspect): Promise<void> | undefined {
    if (this.#noted.delete(keyOf(suspect))) return undefined
    return this.isAccused(suspect) ? this.#takeAlone(suspect) : this.#write({ ...suspect, is: 'in hand' })
  }

  /** A person may have had the same event handed over elsewhere. */
  async #takeAlone(suspect: Suspect): Promise<void> {
    await this.doubt(suspect)
    await this.#write({ ...suspect, is: this.isAccused(suspect) ? 'alone' : 'in hand' })
  }

  passOver(suspect: Suspect): void {
    if (this.#noted.delete(keyOf(suspect))) this.letGo(suspect)
  }

  letGo(suspect: Suspect): void {
    this.#later({ ...suspect, is: 'let go' })
  }

  clear(suspect: Suspect): void {
    this.#ends.delete(keyOf(suspect))
    this.#noted.delete(keyOf(suspect))
    this.#later({ ...suspect, is: 'cleared' })
  }

  /** The database works again. */
  again(): void {
    for (const note of this.#late.splice(0)) this.#later(note)
  }

  /** Nobody waits for it. */
  #later(note: Note): void {
    this.#write(note).catch(() => this.#late.push(note))
  }

  async #write(note: Note): Promise<void> {
    await this.#open().writer.do(NOTE, note)
  }

  /** `ends`, and `elsewhere`: whether another instance has it in hand, as far as that is not known to be dead. */
  async #ask({ kind, seq }: Suspect): Promise<Row> {
    const { db, owner } = this.#open()
    const [row] = await db.query(
      `SELECT coalesce((SELECT ends FROM ${kind === 'event' ? '@events' : '@deliveries'} WHERE seq = $1), 0) AS ends,
         EXISTS (SELECT 1 FROM @in_hand h JOIN @instances i ON i.id = h.instance
           WHERE h.kind = $2 AND h.seq = $1 AND h.instance <> $3) AS elsewhere`,
      seq,
      kind,
      owner.me.id,
    )
    return row!
  }
}

/** Notes of one moment. Those of an instance that the others think is dead are not made: they have its suspects. */
export const NOTE: Step<Note, void> = {
  order: 5,
  async run({ query, me }, notes): Promise<Outcome<void>[]> {
    const last = new Map(notes.map((note) => [keyOf(note), note]))
    const all = [...last.values()]
    const taken = all.filter(({ is }) => is === 'in hand' || is === 'alone')
    const over = all.filter(({ is }) => is === 'let go' || is === 'cleared')
    if (taken.length > 0) {
      await query(
        `WITH me AS MATERIALIZED (SELECT id FROM @instances WHERE id = $1 FOR KEY SHARE)
         INSERT INTO @in_hand (instance, kind, seq, alone)
         SELECT me.id, k, s, a FROM me, unnest($2::text[], $3::bigint[], $4::boolean[]) AS t (k, s, a)
         ON CONFLICT (instance, kind, seq) DO UPDATE SET alone = excluded.alone`,
        me.id,
        taken.map(({ kind }) => kind),
        taken.map(({ seq }) => seq),
        taken.map(({ is }) => is === 'alone'),
      )
    }
    if (over.length > 0) {
      await query(
        `DELETE FROM @in_hand h USING unnest($2::text[], $3::bigint[]) AS t (kind, seq)
         WHERE h.instance = $1 AND h.kind = t.kind AND h.seq = t.seq`,
        me.id,
        over.map(({ kind }) => kind),
        over.map(({ seq }) => seq),
      )
    }
    await acquit(query, notes)
    return notes.map(() => ({ value: undefined }))
  },
}

/** What was set aside while somebody had it in hand who lives, was handled all the same. */
async function acquit(query: Query, notes: readonly Note[]): Promise<void> {
  const cleared = notes.filter(({ is }) => is === 'cleared')
  const seqs = (isOne: (kind: Kind) => boolean) => cleared.filter(({ kind }) => isOne(kind)).map(({ seq }) => seq)
  const [events, deliveries] = [seqs((kind) => kind === 'event'), seqs((kind) => kind !== 'event')]
  if (events.length > 0) {
    await query(
      `UPDATE @events SET ends = 0, blamed = NULL,
         routed = CASE WHEN routed = ${ROUTING.aside} THEN ${ROUTING.routed} ELSE routed END
       WHERE seq = ANY ($1::bigint[]) AND (ends <> 0 OR blamed IS NOT NULL)`,
      events,
    )
  }
  if (deliveries.length > 0) {
    await query(
      `UPDATE @deliveries SET ends = 0, blamed = NULL WHERE seq = ANY ($1::bigint[]) AND (ends <> 0 OR blamed IS NOT NULL)
         AND error_code IS DISTINCT FROM '${SET_ASIDE.code}'`,
      deliveries,
    )
  }
}
