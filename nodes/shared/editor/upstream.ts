import type { TriggerSettings } from '../../../lib/events/trigger.js'
import { migrate } from '../../artifact-event/artifact-event.migrate.js'
import type { EditorNode } from './red-editor.js'

/** The automation whose messages reach a node, so that previews show what will really come. */
export interface UpstreamAutomation {
  readonly name: string
  readonly trigger: TriggerSettings
}

/** Follows the wires backwards to the nearest artifact-event. */
export function automationBefore(node: EditorNode): UpstreamAutomation | null {
  const seen = new Set<EditorNode>()
  let row: EditorNode[] = [node]
  while (row.length > 0) {
    const trigger = row.find(({ type }) => type === 'artifact-event')
    if (trigger) return { name: trigger.name ?? '', trigger: migrate(trigger as unknown as TriggerSettings) }
    for (const passed of row) seen.add(passed)
    row = row.flatMap((target) => RED.nodes.filterLinks({ target }).map(({ source }) => source)).filter((n) => !seen.has(n))
  }
  return null
}
