import type { SavedNode } from '../../../lib/automations/flow/graph.js'
import { AutomationError } from '../../../lib/error.js'
import { isDateTime } from '../../../lib/events/date-time.js'
import type { ArtifactEvent } from '../../../lib/events/event.js'
import { type ParseContext, parseEvent } from '../../../lib/events/parse.js'
import { isObject } from '../../../lib/json.js'
import { wrong } from './refusals.js'
import { optionalText } from './router.js'

export function requiredText(value: unknown, name: string): string {
  const text = optionalText(value, name)
  if (text === undefined) throw wrong(name, 'is missing')
  return text
}

/** Unix milliseconds of an RFC 3339 time; undefined when it is absent or empty. */
export function optionalTime(value: unknown, name: string): number | undefined {
  const text = optionalText(value, name)
  if (text === undefined) return undefined
  if (!isDateTime(text)) throw wrong(name, 'must be a time by RFC 3339, such as 2026-01-31T12:00:00Z')
  // JavaScript knows no leap second, and no small letters in a time
  return Date.parse(text.toUpperCase().replace(':60', ':59'))
}

/** @param usual when it is absent */
export function wholeNumber(value: unknown, name: string, usual: number, most: number): number {
  if (value === undefined || value === null) return usual
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > most) {
    throw wrong(name, `must be a whole number from 1 to ${most}`)
  }
  return value
}

/** The unsaved properties of a configuration node; undefined when the call carries none. Anything else is no form to pass over. */
export function optionalForm(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (value === undefined || value === null) return undefined
  if (!isObject(value)) throw wrong('form', 'must be an object of properties')
  return value
}

/** Nodes as an editor holds them; undefined when there are none in the call. */
export function optionalNodes(value: unknown): SavedNode[] | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) throw wrong('nodes', 'must be a list of nodes')
  const seen = new Set<string>()
  const nodes = value.map((node: unknown, index): SavedNode => {
    if (!isObject(node)) throw wrong(`nodes[${index}]`, 'must be a node, with an id and a type')
    for (const name of ['id', 'type']) {
      if (typeof node[name] !== 'string' || node[name] === '') {
        throw wrong(`nodes[${index}].${name}`, 'must be a text that is not empty')
      }
    }
    const { id } = node as unknown as SavedNode
    if (seen.has(id)) throw wrong(`nodes[${index}].id`, 'is the id of an earlier node too')
    seen.add(id)
    return node as unknown as SavedNode
  })
  if (!nodes.some(({ type }) => type === 'artifact-event')) throw wrong('nodes', 'must hold an artifact-event node')
  return nodes
}

/** @throws AutomationError `event_invalid`, whose details have paths such as `event.alias` */
export function typedEvent(value: unknown, context: ParseContext): ArtifactEvent {
  if (value === undefined) throw wrong('event', 'is missing')
  try {
    return parseEvent(value, context)
  } catch (error) {
    if (!(error instanceof AutomationError)) throw error
    const details = error.details.map(({ path, message }) => ({ path: inside('event', path), message }))
    throw new AutomationError(error.code, error.message, { details, cause: error })
  }
}

const inside = (parent: string, path: string) =>
  path === '' || path.startsWith('[') ? `${parent}${path}` : `${parent}.${path}`
