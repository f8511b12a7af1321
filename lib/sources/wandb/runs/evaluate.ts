import type { MetricRule } from '../../../automations/run-rule.js'
import { judge, type Verdict, valuesNeeded } from './metric.js'

/** A row of a run's history that holds one metric. */
export interface MetricRow {
  readonly step: number
  readonly value: number
}

export interface Fired {
  readonly rule: MetricRule
  readonly step: number
  readonly verdict: Verdict
  /** The values that the rule looked at, the newest last. */
  readonly values: readonly number[]
}

/** The last values of each metric of a run, the newest last. */
export type LastValues = Readonly<Record<string, readonly number[]>>

/**
 * Follows the metrics of one run through new rows, and says where rules hold. Each value is judged in its turn; a rule
 * that has fired for the run (`resting`) is not judged. Pure.
 */
export function evaluate(
  before: LastValues,
  rows: ReadonlyMap<string, readonly MetricRow[]>,
  rules: readonly MetricRule[],
  resting: (rule: MetricRule) => boolean,
): { fired: readonly Fired[]; values: LastValues } {
  const fired: Fired[] = []
  // a map, because a metric may be named like a member of every object
  const values = new Map<string, readonly number[]>()
  for (const metric of new Set(rules.map((rule) => rule.metric))) {
    const judged = rules.filter((rule) => rule.metric === metric)
    const needed = Math.max(...judged.map(({ filter }) => valuesNeeded(filter)))
    const all = [...(Object.hasOwn(before, metric) ? (before[metric] ?? []) : [])].slice(-needed)
    const done = new Set(judged.filter(resting))
    for (const { step, value } of rows.get(metric) ?? []) {
      all.push(value)
      if (all.length > needed) all.shift()
      for (const rule of judged) {
        if (done.has(rule)) continue
        const verdict = judge(rule.filter, all)
        if (!verdict?.fires) continue
        done.add(rule)
        fired.push({ rule, step, verdict, values: all.slice(-valuesNeeded(rule.filter)) })
      }
    }
    values.set(metric, all)
  }
  return { fired, values: Object.fromEntries(values) }
}
