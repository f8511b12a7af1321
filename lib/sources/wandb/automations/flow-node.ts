import { isObject } from '../../../json.js'

/** A node as Node-RED's flow files have it. */
export interface FlowNode {
  readonly id: string
  readonly type: string
  [property: string]: unknown
}

export const isFlowNode = (value: unknown): value is FlowNode =>
  isObject(value) && typeof value['id'] === 'string' && typeof value['type'] === 'string'
