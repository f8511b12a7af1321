import { readable } from '../outside-text.js'
import type { EditorNode } from '../red-editor.d.js'

/** Node-RED takes these for valid: the value comes with the environment variable. */
const ENVIRONMENT = /^\$(\([a-zA-Z_]\w*\)|\{[a-zA-Z_]\w*\})$/

export const isFromEnvironment = (value: unknown): boolean => ENVIRONMENT.test(String(value))

/** What a node's definition says against a value of a property, in words; empty when nothing. */
export function propertyProblem(node: EditorNode, property: string, value: unknown): string {
  if (isFromEnvironment(value)) return ''
  const { type, validate, required } = node._def.defaults[property] ?? {}
  if (validate) {
    const verdict = validate.call(node, value, {})
    return verdict === true ? '' : readable(verdict)
  }
  const isMissing = type !== undefined && required === true && value === ''
  return isMissing ? node._(`${node.type}.error.${property}`) : ''
}
