import { starts } from '../../lib/automations/judgement.js'
import { compileRule, type RuleSettings } from '../../lib/automations/rule.js'
import type { ArtifactEvent } from '../../lib/events/event.js'
import { choosePreviewed } from '../editor/event/previewed.js'
import { nodesAfter } from '../editor/event/wires.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { shared } from '../editor/shared.js'
import { settingsOf } from './automation-rows.editor.js'
import { isWatched, sampledBy } from './sources.editor.js'
import { mayEdit, words } from './words.editor.js'

/**
 * Opens the dialog of a template that this event reaches, or that events of its source do, with this one chosen in its
 * preview; where there is none, the wizard, which begins with this event.
 */
export function previewWith(source: string, event: ArtifactEvent, say: (text: string) => void): void {
  const template = triggersOf(source, event).flatMap((node) => nodesAfter(node, 'payload-template'))[0]
  if (template) {
    choosePreviewed(template, event)
    RED.view.reveal(template.id)
    RED.editor.edit(template)
  } else if (mayEdit()) shared()?.newAutomation?.({ source, event })
  else say(words('no-template'))
}

/** The triggers of its source, those first that it starts, then those that wait for its kind. */
function triggersOf(source: string, event: ArtifactEvent): EditorNode[] {
  const triggers: EditorNode[] = []
  RED.nodes.eachNode((node) => {
    if (node.type === 'artifact-event' && (node['source'] === source || node.id === sampledBy(source)))
      triggers.push(node)
  })
  const rank = (node: EditorNode) =>
    Number(!isStarted(node, event)) + Number(!settingsOf(node).events.includes(event.event_type))
  return triggers
    .map((node) => ({ node, rank: rank(node) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ node }) => node)
}

function isStarted(node: EditorNode, event: ArtifactEvent): boolean {
  try {
    const settings = { ...node, ...settingsOf(node) } as unknown as RuleSettings
    return !node.d && starts(compileRule(settings, isWatched(node['source'])), event)
  } catch {
    // what cannot work starts nothing
    return false
  }
}
