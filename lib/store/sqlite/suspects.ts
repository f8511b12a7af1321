import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import type { Suspect, Suspects } from '../suspects.js'
import type { Connection } from './connection.js'

const SIGN = { took: '+', letGo: '-', cleared: '!' } as const
const LETTER = { delivery: 'd', event: 'e', output: 'o' } as const
const KINDS = { d: 'delivery', e: 'event', o: 'output' } as const

/** What a process that died had noted. */
export interface Notes {
  /** Of the opening that they belong to. */
  readonly fence: number
  readonly accused: ReadonlySet<string>
  readonly inHand: ReadonlySet<string>
}

export const keyOf = ({ kind, seq }: Suspect): string => `${LETTER[kind]}${seq}`

/** The file's first line is the opening and its accused, each further one what was taken in hand, let go, or cleared. */
export function readNotes(file: string): Notes | null {
  let lines: string[]
  try {
    lines = readFileSync(file, 'utf8').split('\n')
  } catch {
    return null
  }
  const [opening = '', ...accusedAtFirst] = (lines.shift() ?? '').split(' ')
  const accused = new Set(accusedAtFirst)
  const inHand = new Set<string>()
  for (const line of lines) {
    const key = line.slice(1)
    if (line[0] === SIGN.took) inHand.add(key)
    else if (line !== '') inHand.delete(key)
    if (line[0] === SIGN.cleared) accused.delete(key)
  }
  return { fence: Number(opening), accused, inHand }
}

/** Of those that were in hand when the process died: the ones that were at the end before, too, and the others. */
export function judged(notes: Notes): { readonly guilty: Suspect[]; readonly accused: Suspect[] } {
  const suspects = [...notes.inHand].flatMap((key) => suspectOf(key) ?? [])
  const guilty = suspects.filter((suspect) => notes.accused.has(keyOf(suspect)))
  return { guilty, accused: suspects.filter((suspect) => !guilty.includes(suspect)) }
}

function suspectOf(key: string): Suspect | null {
  const [, letter, seq] = /^([deo])(\d{1,15})$/.exec(key) ?? []
  return letter === undefined ? null : { kind: KINDS[letter as keyof typeof KINDS], seq: Number(seq) }
}

interface SuspectsOptions {
  readonly file: string
  readonly fence: number
  readonly accused: readonly Suspect[]
  /** The highest numbers when the store was opened: what came later is no suspect. */
  readonly last: { readonly delivery: number; readonly event: number }
}

/**
 * Suspects, noted in a file beside the store. Each line is written before what it tells of, and waits for no disk: only the
 * process may die between them.
 */
export class NotedSuspects implements Suspects {
  readonly #file: string
  readonly #last: Readonly<Record<Suspect['kind'], number>>
  readonly #accused: Set<string>
  readonly #cleared = new Set<string>()
  /** Null when it cannot be written: then there are no notes, and nothing is set aside. */
  #open: number | null

  constructor({ file, fence, accused, last }: SuspectsOptions) {
    this.#file = file
    this.#last = { ...last, output: last.delivery }
    this.#accused = new Set(accused.map(keyOf))
    this.#open = created(file)
    this.#write([String(fence), ...this.#accused].join(' '))
  }

  has(suspect: Suspect): boolean {
    return suspect.seq <= this.#last[suspect.kind] && !this.#cleared.has(keyOf(suspect))
  }

  isAccused(suspect: Suspect): boolean {
    return this.#accused.has(keyOf(suspect))
  }

  take(suspect: Suspect): undefined {
    this.#write(SIGN.took + keyOf(suspect))
  }

  letGo(suspect: Suspect): void {
    this.#write(SIGN.letGo + keyOf(suspect))
  }

  clear(suspect: Suspect): void {
    if (!this.has(suspect)) return
    const key = keyOf(suspect)
    this.#cleared.add(key)
    this.#accused.delete(key)
    this.#write(SIGN.cleared + key)
  }

  /** @param inOrder whether somebody ordered this end: then there is nothing to find for the next owner */
  close(inOrder: boolean): void {
    if (this.#open !== null) closeSync(this.#open)
    this.#open = null
    if (inOrder) forget(this.#file)
  }

  #write(line: string): void {
    if (this.#open === null) return
    try {
      writeSync(this.#open, `${line}\n`)
    } catch {
      // a full disk: the store says so
    }
  }
}

/** All that is there now. */
export function suspectsOf(
  db: Connection,
  { file, fence, accused }: Pick<SuspectsOptions, 'file' | 'fence' | 'accused'>,
): NotedSuspects {
  const row = db.get(
    'SELECT (SELECT coalesce(max(seq), 0) FROM deliveries) AS delivery, (SELECT coalesce(max(seq), 0) FROM events) AS event',
  )
  const last = { delivery: row?.['delivery'] as number, event: row?.['event'] as number }
  return new NotedSuspects({ file, fence, accused, last })
}

export function forget(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {
    // its notes belong to an opening that is over, and are not believed
  }
}

function created(file: string): number | null {
  try {
    forget(file)
    return openSync(file, 'w', 0o600)
  } catch {
    return null
  }
}
