import { element } from '../editor/element.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { ask, plainButton } from './dialog.editor.js'
import { changedByRemoval, lockedWords, nodesOf, remove, usedOnlyBy } from './flow-edits.editor.js'
import { words } from './words.editor.js'

/** Says which nodes go and which stay, and asks. Configuration nodes stay: secrets above all. */
export function askToDelete(trigger: EditorNode): void {
  const { owned, shared } = nodesOf(trigger)
  const left = usedOnlyBy(owned)
  const named = (node: EditorNode) =>
    `${node.name || (node.type === 'artifact-event' ? words('unnamed') : node.type)} (${node.type})`
  const list = (title: string, nodes: readonly EditorNode[]) =>
    nodes.length === 0
      ? []
      : [element('p', {}, title), element('ul', {}, ...nodes.map((node) => element('li', {}, named(node))))]
  ask({
    title: words('delete.title', { name: trigger.name || words('unnamed') }),
    content: [
      ...list(words('delete.go'), owned),
      ...list(words('delete.shared'), shared),
      ...list(words('delete.left'), left),
      element('p', { class: 'aa-quiet' }, words('delete.undo')),
    ],
    action: words('button.delete'),
    act: (dialog) => {
      // somebody else may have taken it away meanwhile, or locked its flow
      const isThere = RED.nodes.node(trigger.id) === trigger
      const locked = isThere ? lockedWords(changedByRemoval(trigger)) : null
      if (locked !== null) {
        const close = plainButton(words('button.close'), () => dialog.close(), 'primary')
        dialog.show([element('p', { role: 'alert', class: 'aa-text-error' }, locked)], [close])
        return
      }
      if (isThere) remove(trigger)
      dialog.close()
    },
  })
}
