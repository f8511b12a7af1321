import type { EditorNode } from './red-editor.d.js'
import { shared } from './shared.js'

/** A property as the user sees it, for validators that look at two: without the shared file no dialog is open. */
export function current(node: EditorNode, property: string): unknown {
  const there = shared()
  return there ? there.current(node, property) : node[property]
}
