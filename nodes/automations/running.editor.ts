import type { AutomationRow } from './automation-rows.editor.js'
import { isFlowDisabled } from './automation-rows.editor.js'
import { mayWrite, words } from './words.editor.js'

/** Why nothing can be sent through an automation now, for a person; null when it can. */
export function whyNothingIsSent({ node: id, enabled, states, problem, running }: AutomationRow): string | null {
  const node = id === null ? undefined : RED.nodes.node(id)
  if (!mayWrite()) return words('read-only')
  // what only is deployed, somebody else's or deleted here, goes by that alone
  if (node) {
    if (isFlowDisabled(node)) return words('action.flow-disabled')
    if (!enabled) return words('action.disabled')
    if (states.includes('not-deployed')) return words('action.deploy-first')
  }
  // red because of its source alone, it runs all the same
  return running ? null : (problem ?? words('action.stopped'))
}
