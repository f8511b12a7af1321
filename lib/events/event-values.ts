import { MOST_BODY_BYTES } from '../body-size.js'
import type { Detail } from '../error.js'

/** How much of an event is accepted. */
export const EVENT_LIMITS = {
  /** Bytes of a request's body. */
  bodyBytes: MOST_BODY_BYTES,
  /** Nested objects and arrays; the event itself is the first. */
  depth: 100,
  /** Characters of `event_id`. */
  idLength: 255,
  /** Characters of names, aliases, tags and whatever else is compared or matched; as in the schema. */
  textLength: 1024,
  /** Reasons that one refusal lists. */
  details: 20,
} as const

/** The path of a member or element as people write it: `[1].artifact_metadata["learning rate"]`. */
export function pathTo(parent: string, key: string | number): string {
  if (typeof key === 'number') return `${parent}[${key}]`
  if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key)) return `${parent}[${JSON.stringify(key)}]`
  return parent === '' ? key : `${parent}.${key}`
}

/**
 * What JSON's grammar lets through and an event may not hold anywhere: numbers that overflowed while being read (1e400
 * becomes Infinity, which cannot be written again), and nesting so deep that others could not read it.
 */
export function valueProblems(value: unknown, path = '', depth = 1, found: Detail[] = []): Detail[] {
  if (found.length >= EVENT_LIMITS.details) return found
  if (typeof value === 'number' && !Number.isFinite(value)) {
    found.push({ path: shortened(path, LONGEST_PATH), message: 'is a number too large to be kept' })
  } else if (typeof value === 'object' && value !== null) {
    if (depth > EVENT_LIMITS.depth) {
      found.push({ path: shortened(path), message: `is nested deeper than ${EVENT_LIMITS.depth} levels` })
      return found
    }
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) {
        const element: unknown = value[index]
        if (needsLook(element)) valueProblems(element, pathTo(path, index), depth + 1, found)
      }
    } else {
      for (const key of Object.keys(value)) {
        const member = (value as Record<string, unknown>)[key]
        if (needsLook(member)) valueProblems(member, pathTo(path, key), depth + 1, found)
      }
    }
  }
  return found
}

/** Most values are plain; their paths need not be made. */
const needsLook = (value: unknown) =>
  typeof value === 'number' ? !Number.isFinite(value) : typeof value === 'object' && value !== null

/** Characters of a path: a member's name may be as long as a body, and whoever is refused gets it back. */
const LONGEST_PATH = 200

const shortened = (path: string, most = 80) => (path.length > most ? `${path.slice(0, most - 1)}…` : path)
