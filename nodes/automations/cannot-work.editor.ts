import { isFromEnvironment, propertyProblem } from '../editor/form/property-problem.js'
import type { AutomationRow } from './automation-rows.editor.js'
import { words } from './words.editor.js'

/**
 * What is wrong with an automation itself, so that nobody can say what it would send, in words; null when nothing is known to
 * be. What the workspace has is judged as its dialog would, somebody else's as Node-RED says.
 */
export function whyItCannotWork({ node: id, states, problem, running }: AutomationRow): string | null {
  const node = id === null || states.includes('elsewhere') ? undefined : RED.nodes.node(id)
  // red because of its source alone, it runs all the same
  if (!node) return running ? null : problem
  const source = RED.nodes.node(String(node['source'] ?? ''))
  if (!isFromEnvironment(node['source']) && (!source || source.d)) return words('details.no-source')
  const problems = Object.keys(node._def.defaults).map((property) => propertyProblem(node, property, node[property]))
  return problems.find((each) => each !== '') ?? null
}
