import { isActive, type RunSighting } from './sighting.js'

/** What is remembered of a project's runs. */
export interface RunsState {
  /** The newest heartbeat at the last change, Unix milliseconds by the server's clock. */
  readonly mark: number
  /** The last state of each run that goes on, and of the latest that ended. */
  readonly runs: Readonly<Record<string, string>>
  /** The number of the next change. It begins with the time of the baseline: after another one no number comes again. */
  readonly changes: number
}

export interface RunChange {
  readonly run: RunSighting
  /** The state before; null for a run that was not known. */
  readonly before: string | null
}

/** Runs that ended and are still remembered, so that a late look at them tells nothing twice. */
const MOST_ENDED = 1000

/**
 * Which runs changed their state between two looks. A run is in the newest heartbeats when it lives, and in the list of
 * those that are asked for by name when its heartbeats stopped. Pure; without a state before, it is the baseline.
 * @param seenAt when that was, Unix milliseconds by the server's clock
 */
export function compareRuns(
  before: RunsState | null,
  seen: readonly RunSighting[],
  seenAt: number,
): { changes: readonly RunChange[]; next: RunsState } {
  const known = new Map(Object.entries(before?.runs ?? {}))
  const changes: RunChange[] = []
  const newest = [...new Map(seen.map((run) => [run.name, run])).values()].sort(
    (left, right) => left.heartbeatAt - right.heartbeatAt,
  )
  for (const run of newest) {
    const had = known.get(run.name)
    if (had === run.state) continue
    // what is old and was not known is no change: it was before the watch began, or ended long ago
    const isOld = before !== null && had === undefined && run.heartbeatAt <= before.mark && !isActive(run.state)
    if (before !== null && !isOld) changes.push({ run, before: had ?? null })
    known.delete(run.name)
    if (!isOld) known.set(run.name, run.state)
  }
  const ended = [...known].filter(([, state]) => !isActive(state))
  for (const [name] of ended.slice(0, Math.max(0, ended.length - MOST_ENDED))) known.delete(name)
  const mark = Math.max(before?.mark ?? 0, ...newest.map(({ heartbeatAt }) => heartbeatAt))
  const changed = before === null || changes.length > 0
  return {
    changes,
    next: changed
      ? { mark, runs: Object.fromEntries(known), changes: (before?.changes ?? seenAt) + changes.length }
      : before,
  }
}
