/** The settings of a trigger for run events, as its form saves them: every value a text. Names are W&B's. */
export interface RunSettings {
  /** `RUN_STATE`, `RUN_METRIC`, `RUN_METRIC_CHANGE` or `RUN_METRIC_ZSCORE`. */
  readonly event: string
  /** Only runs of this user (username); empty: everybody's. */
  readonly user: string
  /** Only runs whose display name this RE2 pattern finds; empty: all. */
  readonly runName: string
  /** Of `RUN_STATE`: of `running`, `finished`, `failed`, `crashed`, `killed`…; empty: running, finished and failed. */
  readonly states: readonly string[]
  readonly metric: string
  /** `AVERAGE`, `MIN`, `MAX`; empty: each single value. */
  readonly aggregation: string
  /** How many logged values make the (current) window, 1 or more. */
  readonly window: string
  /** Of `RUN_METRIC_CHANGE`: how many values make the window just before; empty: as many as in the current one. */
  readonly priorWindow: string
  /** Of `RUN_METRIC`: `$gt`, `$gte`, `$lt`, `$lte`, `$eq`, `$ne`. */
  readonly comparison: string
  /** Of `RUN_METRIC` what is compared with; of `RUN_METRIC_ZSCORE` how many standard deviations. */
  readonly threshold: string
  /** `RELATIVE` (0.1 is 10 %) or `ABSOLUTE`. */
  readonly changeType: string
  /** `INCREASE`, `DECREASE` or `ANY`. */
  readonly changeDirection: string
  /** By at least so much, above 0. */
  readonly changeAmount: string
}

/** The values that W&B's form and SDK start with. */
export const RUN_DEFAULTS: RunSettings = {
  event: 'RUN_STATE',
  user: '',
  runName: '',
  states: [],
  metric: '',
  aggregation: '',
  window: '',
  priorWindow: '',
  comparison: '$gt',
  threshold: '',
  changeType: 'RELATIVE',
  changeDirection: 'ANY',
  changeAmount: '',
}
