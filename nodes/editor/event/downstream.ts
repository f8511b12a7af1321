import type { Markup } from '../../../lib/template/markup/escape.js'
import { markupOf } from '../../../lib/webhook/services.js'
import type { EditorNode } from '../red-editor.d.js'

/** Where the webhook that a node's messages reach by the wires reads markup; the nearest one where there are several. */
export function markupAfter(node: EditorNode): Markup | undefined {
  const webhook = RED.nodes.node(String(senderAfter(node)?.['webhook'] ?? ''))
  return markupOf(webhook?.['service'])
}

/** Follows the wires to the nearest sender. */
function senderAfter(node: EditorNode): EditorNode | null {
  const seen = new Set<EditorNode>()
  let row: EditorNode[] = [node]
  while (row.length > 0) {
    const found = row.find(({ type }) => type === 'webhook-sender')
    if (found) return found
    for (const passed of row) seen.add(passed)
    const after = row.flatMap((source) => RED.nodes.filterLinks({ source }).map(({ target }) => target))
    row = after.filter((target) => !seen.has(target))
  }
  return null
}
