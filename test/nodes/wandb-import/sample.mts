import type { Run, TriggerAction } from '../../standin/things.mts'
import type { Sampled } from './places.mts'

/**
 * An automation as W&B's server gives it, and its story. Definitions are those of the tests of W&B's SDK
 * (tests/unit_tests/test_automations) in the shape in which the server saves them, and the older shapes that its SDK
 * still reads.
 */
export interface Sample {
  readonly name: string
  readonly description?: string
  readonly scope: 'registry' | 'project' | 'collection' | 'sequence' | 'team' | 'organization'
  readonly eventType: string
  /** JSON text, as the server gives it. */
  readonly filter: string
  readonly action: (places: Sampled['places']) => TriggerAction
  /** What is like it, and must fire nothing; each under what it is. */
  readonly misses: Readonly<Record<string, (wandb: Sampled) => void>>
  /** What fires it. */
  readonly when: string
  readonly happens: (wandb: Sampled) => void
  /** What it fires on, in short: event, thing, and what is new about it. */
  readonly fires: string
  /** The body as W&B sends it: without spaces, members sorted. Null for an action that sends none. */
  readonly body: ((wandb: Sampled) => string) | string | null
  /** What the import says of it, whole. */
  readonly report: readonly string[]
}

/** The action that sends this payload. */
export const hook =
  (integration: 'signed' | 'plain' | 'withPassword', payload: string | null) =>
  (places: Sampled['places']): TriggerAction => ({ kind: 'webhook', integration: places[integration], payload })

/** A filter on aliases or tags as the server saves it. */
export const inWrap = (conditions: string) => `{"filter":{"$or":[{"$and":[${conditions}]}]}}`

/** A run in the project of the definitions, or elsewhere, that logs these values of a metric. */
export function logs(
  { world, places, ada }: Sampled,
  displayName: string,
  values: readonly number[],
  { metric = 'my-metric', project = places.project, user = ada } = {},
): Run {
  const run = world.addRun(project, user, { displayName })
  world.logMetrics(
    run,
    values.map((value) => ({ [metric]: value })),
  )
  return run
}

/** A run in the project of the definitions, or elsewhere, that gets this state. */
export function ends(
  wandb: Sampled,
  displayName: string,
  state: string,
  { project = wandb.places.project, user = wandb.ada } = {},
) {
  wandb.world.runState(wandb.world.addRun(project, user, { displayName }), state)
}

export const five = (value: number) => Array(5).fill(value) as number[]
