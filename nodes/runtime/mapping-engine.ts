import type { Node, NodeAPI } from 'node-red'
import { AutomationError } from '../../lib/error.js'
import { Mappings } from '../../lib/sources/mapped/mappings.js'

const perFile = new Map<string, Mappings>()

/**
 * What evaluates mappings, with the engine of this very Node-RED: another process can only be told of its file, and the
 * packages that Node-RED is made of cannot be found from where ours is installed.
 * @throws AutomationError `source_invalid`
 */
export function mappingsOf(RED: NodeAPI): Mappings {
  const file = Object.values(require.cache).find((module) => module?.exports === RED.util)?.filename
  if (file === undefined) throw invalid('this Node-RED has no engine for expressions that another process could load')
  const known = perFile.get(file)
  if (known) return known
  const mappings = new Mappings(file)
  perFile.set(file, mappings)
  return mappings
}

/** @param node whose it is. @throws AutomationError `source_invalid` for an expression that is none */
export function checkExpression(RED: NodeAPI, node: Node, expression: string): void {
  try {
    RED.util.prepareJSONataExpression(expression, node)
  } catch (error) {
    const { position, message } = error as { position?: number; message?: string }
    const where = position === undefined ? '' : ` at character ${position}`
    throw invalid(`the mapping is no JSONata expression${where}: ${message ?? String(error)}`)
  }
}

const invalid = (message: string) =>
  new AutomationError('source_invalid', `The source cannot be used: ${message}.`, {
    statusText: 'invalid mapping',
    details: [{ path: 'mapping', message }],
  })
