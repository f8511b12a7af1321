/** A webhook or source that somebody should look at. */
export interface Trouble {
  readonly kind: 'webhook' | 'source'
  readonly id: string
  readonly state: 'broken' | 'paused' | 'resting' | 'gives-up' | 'failing'
}

export function troubleWords({ kind, id, state }: Trouble): string {
  const name = RED.nodes.node(id)?.name || id
  return RED._(`@artifact-automations/node-red/automations:automations.trouble.${kind}.${state}`, { name })
}
