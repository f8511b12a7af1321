import type { ArtifactEvent } from '../../../lib/events/event.js'
import type { EditorNode } from '../red-editor.d.js'

/** Events that were chosen elsewhere for the preview of a node, until its dialog opens. */
const chosen = new WeakMap<EditorNode, ArtifactEvent>()

export const choosePreviewed = (node: EditorNode, event: ArtifactEvent): void => {
  chosen.set(node, event)
}

/** Once: the next time the dialog opens it begins as usual. */
export function takePreviewed(node: EditorNode): ArtifactEvent | undefined {
  const event = chosen.get(node)
  chosen.delete(node)
  return event
}
