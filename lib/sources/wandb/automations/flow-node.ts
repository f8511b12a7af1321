/** A node as Node-RED's flow files have it. */
export interface FlowNode {
  readonly id: string
  readonly type: string
  [property: string]: unknown
}
