import { exampleFor } from '../../../lib/alias/example.js'
import type { RuleSettings } from '../../../lib/automations/rule.js'
import type { EditorNode } from '../red-editor.d.js'
import { nodeBefore } from './wires.js'

/** The automation whose messages reach a node, so that previews show what will really come. */
export interface UpstreamAutomation {
  readonly name: string
  /** As saved: what is absent has its default. */
  readonly trigger: Partial<RuleSettings>
  /** An alias or tag that its pattern matches, where one is known. */
  readonly example: string | undefined
}

export function automationBefore(node: EditorNode): UpstreamAutomation | null {
  const trigger = nodeBefore(node, 'artifact-event')
  if (!trigger) return null
  const { scope, entity, project, collection, events, pattern, states, user, metric } =
    trigger as unknown as Partial<RuleSettings>
  const settings = { scope, entity, project, collection, events, pattern, states, user, metric }
  const saved = Object.entries(settings).filter(([, value]) => value !== undefined)
  const example = exampleFor(pattern)
  return { name: trigger.name ?? '', trigger: Object.fromEntries(saved), example }
}
