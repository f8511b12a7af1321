import { EVENT_PREFIX, METADATA_PREFIX } from './names.js'
import type { NameKind, VariablePart } from './template.js'

/** How a name's value is found, prepared once so that rendering only looks. */
export function readerOf(
  name: string,
  kind: Exclude<NameKind, 'token' | 'secret' | 'bare-secret'>,
): VariablePart['read'] {
  if (kind === 'metadata') {
    const find = finderOf(name.slice(METADATA_PREFIX.length))
    return ({ event }) => find(own(event, 'artifact_metadata'))
  }
  if (kind === 'event') {
    const find = finderOf(name.slice(EVENT_PREFIX.length))
    return ({ event }) => find(event)
  }
  if (name === 'automation_name') return ({ automationName }) => automationName
  if (name === 'event_json') return ({ event }) => event
  return ({ event }) => own(event, name)
}

/** The key spelled exactly so counts before the path that its dots make. */
function finderOf(key: string): (container: unknown) => unknown {
  const path = key.split('.')
  if (path.length === 1) return (container) => own(container, key)
  return (container) => {
    if (isContainer(container) && Object.hasOwn(container, key)) return own(container, key)
    return path.reduce(own, container)
  }
}

/** Arrays have members by decimal index alone: `length` is not data. */
const INDEX = /^(?:0|[1-9][0-9]*)$/

/** A member that the container has itself, so that nothing is ever found on a prototype. */
function own(container: unknown, key: string): unknown {
  if (!isContainer(container) || !Object.hasOwn(container, key)) return undefined
  if (Array.isArray(container) && !INDEX.test(key)) return undefined
  return container[key]
}

const isContainer = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
