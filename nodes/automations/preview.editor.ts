import type { ArtifactEvent } from '../../lib/events/event.js'
import { choosePreviewed } from '../editor/event/previewed.js'
import { nodesAfter } from '../editor/event/wires.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { words } from './words.editor.js'

/** Opens the dialog of a template that events of this source reach, with this one chosen in its preview. */
export function previewWith(source: string, event: ArtifactEvent, say: (text: string) => void): void {
  const triggers: EditorNode[] = []
  RED.nodes.eachNode((node) => {
    if (node.type === 'artifact-event' && (node['source'] === source || `sample:${node.id}` === source))
      triggers.push(node)
  })
  const waiting = triggers.filter((node) => ([node['events'] ?? []].flat() as unknown[]).includes(event.event_type))
  const template = [...waiting, ...triggers].flatMap((node) => nodesAfter(node, 'payload-template'))[0]
  if (!template) {
    say(words('no-template'))
    return
  }
  choosePreviewed(template, event)
  RED.view.reveal(template.id)
  RED.editor.edit(template)
}
