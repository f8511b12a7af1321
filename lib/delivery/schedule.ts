import { AutomationError } from '../error.js'

/** Standard Webhooks' example of a schedule, without its first attempt, which is made at once. */
export const DEFAULT_SCHEDULE = '5s, 5m, 30m, 2h, 5h, 10h, 14h, 20h, 24h'

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** No wait is longer than a day, by schedule or by request. */
export const LONGEST_WAIT_MS = 24 * 3_600_000
const MOST_WAITS = 100

/**
 * Reads the waits before each retry, `5s, 5m, 2h` in `ms`, `s`, `m` or `h`, as milliseconds. An empty text is an empty
 * list: one attempt only.
 * @throws AutomationError `schedule_invalid`, which says which wait is wrong and why
 */
export function parseSchedule(text: string): number[] {
  if (text.trim() === '') return []
  const waits = text.split(',').map((part, index) => parseWait(part.trim(), index + 1))
  if (waits.length > MOST_WAITS) throw invalid(`The schedule has ${waits.length} waits; ${MOST_WAITS} are allowed.`)
  return waits
}

function parseWait(text: string, position: number): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/.exec(text) ?? []
  const factor = UNITS[unit]
  if (factor === undefined) {
    const what = text === '' ? 'is empty' : `“${text}” is not a time`
    throw invalid(`Wait ${position} of the schedule ${what}: write a number and ms, s, m or h, such as 30s or 2h.`)
  }
  const wait = Math.round(Number(amount) * factor)
  if (wait > LONGEST_WAIT_MS) throw invalid(`Wait ${position} of the schedule, “${text}”, is longer than 24 hours.`)
  return wait
}

function invalid(message: string): AutomationError {
  return new AutomationError('schedule_invalid', message)
}

/**
 * The wait before the retry after `step` waits are used up, in milliseconds, with up to 20 % more or less so that
 * retries of a whole outage do not come at once; null when the schedule is over. `random` gives [0, 1).
 */
export function nextDelay(schedule: readonly number[], step: number, random: () => number): number | null {
  const wait = schedule[step]
  return wait === undefined ? null : Math.round(wait * (0.8 + 0.4 * random()))
}
