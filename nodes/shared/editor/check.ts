import { AutomationError } from '../../../lib/error.js'
import type { EditorNode } from './red-editor.js'

/** What is wrong with a value, as the code that will use it says; `null` when nothing is. */
export function problemOf(use: () => unknown): string | null {
  try {
    use()
    return null
  } catch (error) {
    if (error instanceof AutomationError) return error.message
    throw error
  }
}

/** The answer of a validator: `true`, or a sentence of the catalog that carries the reason. */
export function check(node: EditorNode, key: string, use: () => unknown): true | string {
  const reason = problemOf(use)
  return reason === null ? true : node._(key, { reason })
}
