import type { Client, Connection, Pool, PoolClient, QueryResult } from 'pg'
import { AutomationError } from '../../error.js'
import type { Row } from '../rows.js'
import { databaseFailure, isCollision } from './errors.js'
import { Tables } from './schema.js'
import { type DatabasePlan, DRIVER_MISSING } from './settings.js'
import { refuseNewer, VERSION_OF_TABLES } from './version.js'

/** Of what is asked of the database, in milliseconds. */
const CONNECT_MS = 5_000
const ANSWER_MS = 12_000
/** A transaction that its process has left open ends after so long, and gives its locks back. */
const LEFT_OPEN_MS = 8_000
/** Of a transaction that another one was in the way of. */
const MOST_TRIES = 6
/** Of the sign of life and the news, which have a connection of their own. */
export const SIGN_MS = 3_000

const BIGINT = 20
const NUMERIC = 1700

/** Runs SQL with `@name` for tables, and gives the rows. */
export type Query = (sql: string, ...values: readonly unknown[]) => Promise<Row[]>

/** In a transaction: asks, and does not wait. What fails of it undoes the transaction. */
export function goesAlong(query: Query, sql: string, ...values: readonly unknown[]): void {
  query(sql, ...values).catch(() => {})
}

const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = ${ANSWER_MS - 1_000};
  SET LOCAL idle_in_transaction_session_timeout = ${LEFT_OPEN_MS}; SET LOCAL lock_timeout = ${ANSWER_MS - 4_000}`

/** In the same round trip. Whoever changes the tables waits until those end that have begun (`migrate`). */
const BEGIN_ON_KNOWN_TABLES = `${BEGIN}; ${VERSION_OF_TABLES}`

/**
 * The connections to a database: a pool, and one for what may not wait behind it. No state of a session is relied on, so
 * that a pooler may give each transaction another one.
 */
export class Database {
  readonly tables: Tables
  readonly #pg: typeof import('pg')
  readonly #plan: DatabasePlan
  readonly #pool: Pool
  #control: Promise<Client> | null = null
  #closed = false
  #begin = BEGIN

  private constructor(pg: typeof import('pg'), plan: DatabasePlan, answerMs: number) {
    this.#pg = pg
    this.#plan = plan
    this.tables = new Tables(plan.schema)
    this.#pool = new pg.Pool({
      ...this.#config(answerMs),
      max: plan.max,
      idleTimeoutMillis: 30_000,
      // questions do not wait for the answers of those before
      pipeline: true,
    })
    // of connections that break while nobody asks them anything: whoever uses them next hears of it
    this.#pool.on('error', () => {})
    this.#pool.on('connect', (client) => client.on('error', () => {}))
  }

  /** @param answerMs so long an answer may take, in milliseconds */
  static async of(plan: DatabasePlan, answerMs = ANSWER_MS): Promise<Database> {
    let pg: typeof import('pg')
    try {
      pg = (await import('pg')).default
    } catch {
      throw DRIVER_MISSING
    }
    return guarded(async () => new Database(pg, plan, answerMs))
  }

  #config(answerMs: number) {
    const { connectionString, ssl } = this.#plan
    return {
      connectionString,
      ...(ssl !== undefined && { ssl: ssl as boolean }),
      application_name: 'artifact-automations',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: answerMs,
      types: { getTypeParser: this.#parser() },
    }
  }

  /** Numbers of 64 bits as numbers: ours are counts and milliseconds. */
  #parser() {
    const usual = this.#pg.types.getTypeParser
    return ((oid: number, format?: 'text') =>
      oid === BIGINT || oid === NUMERIC ? Number : usual(oid, format)) as typeof usual
  }

  /** @throws AutomationError `store_unavailable` */
  readonly query: Query = (sql, ...values) =>
    guarded(async () => (await this.#pool.query(this.tables.in(sql), [...values])).rows as Row[])

  /** Without waiting for a connection of the pool. */
  readonly ask: Query = async (sql, ...values) => {
    const control = this.#control ?? this.#connect()
    this.#control = control
    try {
      return await guarded(async () => (await (await control).query(this.tables.in(sql), [...values])).rows as Row[])
    } catch (error) {
      if (this.#control === control) this.#control = null
      control.then((client) => client.end()).catch(() => {})
      throw error
    }
  }

  #connect(): Promise<Client> {
    const client = new this.#pg.Client(this.#config(SIGN_MS))
    const connected = client.connect().then(() => client)
    // a newer one stays
    client.on('error', () => {
      if (this.#control === connected) this.#control = null
    })
    return connected
  }

  /** From now on no transaction begins on tables that a newer version has changed meanwhile. */
  tablesAreKnown(): void {
    this.#begin = BEGIN_ON_KNOWN_TABLES
  }

  /** Resolves when it is committed; what `work` throws undoes it. It is done again when another one was in its way. */
  async transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#transaction(work)
      } catch (error) {
        if (!isCollision(error) || tries === MOST_TRIES) throw error
      }
    }
  }

  #transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return guarded(async () => {
      const client = await this.#pool.connect()
      try {
        const result = await this.#within(client, work)
        client.release()
        return result
      } catch (error) {
        const undone = error instanceof Undone
        client.release(!undone || isReadOnly(error.reason))
        throw undone ? error.reason : error
      }
    })
  }

  /**
   * Everything goes out as soon as it is asked, before it is known how it begins. What `work` does not wait for goes with
   * the commit, and what fails of it undoes the transaction.
   */
  async #within<T>(client: PoolClient, work: (query: Query) => Promise<T>): Promise<T> {
    const sent: Promise<unknown>[] = []
    let isAnswered = true
    const noted = <A>(answer: Promise<A>): Promise<A> => {
      answer.catch((error) => {
        isAnswered &&= !isUnanswered(error)
      })
      sent.push(answer)
      return answer
    }
    together(client)
    const begin = this.#begin
    const begun = noted(
      client.query(this.tables.in(begin)).then((answers) => {
        if (begin !== BEGIN_ON_KNOWN_TABLES) return
        refuseNewer((answers as unknown as readonly QueryResult[]).at(-1)?.rows[0]?.value)
      }),
    )
    let result: T
    try {
      result = await work((sql, ...values) => {
        together(client)
        return noted(client.query<Row>(this.tables.in(sql), [...values]).then(({ rows }) => rows))
      })
      await begun
    } catch (error) {
      // nobody answers: to ask for more would be to wait as long again
      if (!isAnswered) throw error
      await client.query('ROLLBACK')
      // what is wrong with the beginning explains whatever came of the rest
      throw new Undone(
        await begun.then(
          () => error,
          (first) => first,
        ),
      )
    }
    const committed = noted(client.query('COMMIT'))
    const failed = (await Promise.allSettled(sent)).find((each) => each.status === 'rejected')
    if (failed !== undefined) throw isAnswered ? new Undone(failed.reason) : failed.reason
    if ((await committed).command !== 'COMMIT') throw new Error('The transaction was not committed.')
    return result
  }

  /** Calls back whenever others say that there is news, as long as that can be heard. @returns what ends it */
  listen(heard: () => void): () => void {
    let [ended, client]: [boolean, Client | null] = [false, null]
    let timer: NodeJS.Timeout | null = null
    const again = (): void => {
      client?.end().catch(() => {})
      client = null
      if (!ended && !this.#closed) timer ??= setTimeout(() => begin().catch(again), 5_000).unref()
    }
    const begin = async (): Promise<void> => {
      timer = null
      const mine = new this.#pg.Client(this.#config(0))
      client = mine
      mine.on('error', again)
      mine.on('end', () => client === mine && again())
      mine.on('notification', heard)
      await mine.connect()
      await mine.query(`LISTEN ${this.channel}`)
    }
    begin().catch(again)
    return () => {
      ended = true
      if (timer !== null) clearTimeout(timer)
      client?.end().catch(() => {})
    }
  }

  /** As it is, not quoted. */
  get schemaName(): string {
    return this.#plan.schema
  }

  /** On which the instances of one schema tell one another that there is news. */
  get channel(): string {
    const name = this.#plan.schema
    let hash = 0
    for (const unit of name) hash = (hash * 31 + unit.codePointAt(0)!) >>> 0
    return `artifact_automations_${hash.toString(36)}`
  }

  async close(): Promise<void> {
    this.#closed = true
    const control = this.#control
    this.#control = null
    await Promise.all([this.#pool.end(), control?.then((client) => client.end())]).catch(() => {})
  }
}

/** What is asked in one turn of the event loop goes out in one packet. */
function together(client: PoolClient): void {
  const { stream } = (client as unknown as { readonly connection: Connection }).connection
  stream.cork()
  process.nextTick(() => stream.uncork())
}

/** What node-postgres says after its `query_timeout`, which has no code. */
const isUnanswered = (error: unknown) => error instanceof Error && error.message === 'Query read timeout'

/** A session keeps what it was told at its beginning: a new one may write again. */
const isReadOnly = (error: unknown) => error instanceof Error && 'code' in error && error.code === '25006'

/** What was thrown in a transaction that was then undone in order. */
class Undone extends Error {
  readonly reason: unknown
  constructor(reason: unknown) {
    super()
    this.reason = reason
  }
}

/** @throws AutomationError in place of what the driver throws about the database */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AutomationError) throw error
    const failure = databaseFailure(error)
    if (failure === null) throw error
    throw failure
  }
}
