import { type Aggregation, COMPARISONS, type Direction, type MetricFilter } from '../../../automations/run-rule.js'

/** System metrics, which W&B's SDK logs by itself, are no part of a run's history; their names begin so. */
export const isOfSystem = (metric: string): boolean => metric.startsWith('system.')

/** How many of the last values a filter looks at. */
export function valuesNeeded(filter: MetricFilter): number {
  switch (filter.kind) {
    case 'threshold':
      return filter.window
    case 'change':
      return filter.window + filter.prior
    case 'zscore':
      return filter.window + 1
  }
}

export interface Verdict {
  readonly fires: boolean
  /** What was compared: the aggregate, the change, or the z-score. */
  readonly value: number
  /** What happened, in words, for `metric_current_status`. */
  readonly status: string
}

/**
 * Judges the last values of a metric of one run, the newest last; null as long as there are too few for the windows.
 * W&B's rules, as its documentation ("Automation events") and SDK have them: a threshold compares the aggregate of the
 * window; a change compares it with that of the window just before, inclusively, relative to the earlier one's size; a
 * z-score counts standard deviations. Of the two readings of the last, this is the SDK's: mean and deviation are those
 * of the run's own `window` values just before the newest.
 */
export function judge(filter: MetricFilter, values: readonly number[]): Verdict | null {
  if (values.length < valuesNeeded(filter)) return null
  const last = (count: number, skip = 0) => values.slice(values.length - skip - count, values.length - skip)
  switch (filter.kind) {
    case 'threshold': {
      const value = aggregate(filter.aggregation, last(filter.window))
      const comparison = COMPARISONS[filter.comparison]
      return {
        fires: comparison?.holds(value, filter.threshold) ?? false,
        value,
        status: `${value} ${comparison?.sign} ${filter.threshold}`,
      }
    }
    case 'change': {
      const now = aggregate(filter.aggregation, last(filter.window))
      const before = aggregate(filter.aggregation, last(filter.prior, filter.window))
      const value = filter.relative ? (now - before) / Math.abs(before) : now - before
      const status = filter.relative
        ? `changed by ${value * 100} %, from ${before} to ${now}`
        : `changed by ${value}, from ${before} to ${now}`
      // from nothing there is no relative change
      return { fires: Number.isFinite(value) && goes(filter.direction, value, filter.amount), value, status }
    }
    case 'zscore': {
      const rest = last(filter.window, 1)
      const mean = aggregate('AVERAGE', rest)
      const deviation = Math.sqrt(rest.reduce((sum, each) => sum + (each - mean) ** 2, 0) / rest.length)
      const newest = values.at(-1) ?? 0
      const value = (newest - mean) / deviation
      const fires = deviation > 0 && goes(filter.direction, value, filter.threshold)
      return { fires, value, status: `z-score ${value} of ${newest}, mean ${mean}, deviation ${deviation}` }
    }
  }
}

function aggregate(aggregation: Aggregation, values: readonly number[]): number {
  switch (aggregation) {
    case 'AVERAGE':
      return values.reduce((sum, value) => sum + value, 0) / values.length
    case 'MIN':
      return Math.min(...values)
    case 'MAX':
      return Math.max(...values)
    case null:
      return values.at(-1) ?? Number.NaN
  }
}

function goes(direction: Direction, by: number, amount: number): boolean {
  if (direction === 'INCREASE') return by >= amount
  if (direction === 'DECREASE') return by <= -amount
  return Math.abs(by) >= amount
}
