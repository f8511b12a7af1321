import { fits, type JsonObject } from '../json.js'

/** More of a message than this is not kept with its delivery. */
export const MESSAGE_LIMIT = 64 * 1024

/** Node-RED copies messages by a function that calls itself for each level, and dies of one that is too deep. */
const KEPT = { depth: 100, size: MESSAGE_LIMIT }

/**
 * A message's properties as JSON text, or null when nothing is left. What JSON cannot carry (functions, requests,
 * cycles, big integers), what cannot be read, and what would go over the limit or is nested deeper than 100 levels is
 * left out, property by property.
 */
export function keepMessage(message: Readonly<Record<string, unknown>>): string | null {
  const members: string[] = []
  let size = 2
  for (const name of Object.keys(message)) {
    const value = jsonText(message, name)
    if (value === undefined) continue
    const member = `${JSON.stringify(name)}:${value}`
    if (size + member.length + 1 > MESSAGE_LIMIT) continue
    size += member.length + 1
    members.push(member)
  }
  return members.length === 0 ? null : `{${members.join(',')}}`
}

export function restoreMessage(text: string | null): JsonObject {
  return text === null ? {} : (JSON.parse(text) as JsonObject)
}

function jsonText(message: Readonly<Record<string, unknown>>, name: string): string | undefined {
  try {
    const value = message[name]
    return fits(value, KEPT) ? JSON.stringify(value) : undefined
  } catch {
    return undefined
  }
}
