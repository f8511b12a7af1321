/**
 * Where the reading of a run's history is. Rows are counted by the server (`historyLineCount`) before all of them can be
 * read, and what the server takes for the last step says nothing of what was read: so the steps that came are counted,
 * and as long as there are fewer than rows, what is missing is asked for again.
 */
export interface Position {
  /** Everything up to this step was read; -1 before the first. */
  readonly step: number
  /** Steps above it that were read, in their order: something between them may be missing. */
  readonly above: readonly number[]
  /** How many rows were read, or were there before anybody watched. */
  readonly rows: number
  /** How many readings in a row brought nothing, though rows were missing. */
  readonly waits: number
}

/** Nothing was read, and nothing is to be left out. */
export const AT_START: Position = { step: -1, above: [], rows: 0, waits: 0 }

/** Behind `lines` rows that nobody watched, the last of which is `step`. */
export const behind = (step: number, lines: number): Position => ({ ...AT_START, step, rows: lines })

/** Readings without anything new, after which rows that are missing are given up: some servers count otherwise. */
export const PATIENCE = 20

/** Steps that are remembered one by one. */
const MOST_ABOVE = 1000

export const isRead = ({ step: done, above }: Position, step: number): boolean => step <= done || above.includes(step)

/** Whether rows that the server has counted were not read yet, and may still come. */
export const isBehind = ({ rows, waits }: Position, lines: number): boolean => rows < lines && waits < PATIENCE

/** After a reading that brought these steps, of a run of so many rows. Pure. */
export function advance(before: Position, steps: Iterable<number>, lines: number): Position {
  const fresh = [...new Set(steps)].filter((step) => !isRead(before, step))
  const above = [...before.above, ...fresh].sort((left, right) => left - right)
  const rows = before.rows + fresh.length
  const waits = fresh.length > 0 ? 0 : before.waits + 1
  if (rows >= lines || waits >= PATIENCE)
    return { step: above.at(-1) ?? before.step, above: [], rows: Math.max(rows, lines), waits: 0 }
  const cut = Math.max(0, above.length - MOST_ABOVE)
  return { step: above[cut - 1] ?? before.step, above: above.slice(cut), rows, waits }
}

/** Goes on behind a step, whatever is missing before it. */
export const skipTo = (position: Position, step: number): Position =>
  step <= position.step ? position : { ...position, step, above: position.above.filter((each) => each > step) }
