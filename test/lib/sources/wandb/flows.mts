import type { FlowNode } from '../../../../dist/lib/sources/wandb/automations/flow-node.js'

/** Ids that a test can name: id1, id2… */
export const ids = () => {
  let last = 0
  return () => {
    last += 1
    return `id${last}`
  }
}

export const ofType = (flow: readonly FlowNode[], type: string) => flow.filter((node) => node.type === type)

/** A filter on aliases or tags as W&B saves it. */
export const aliasFilter = (...conditions: object[]) => ({ filter: { $or: [{ $and: conditions }] } })
