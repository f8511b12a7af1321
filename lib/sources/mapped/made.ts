import { EVENT_LIMITS, pathTo } from '../../events/event-values.js'
import { isObject } from '../../json.js'

/** What of a result no JSON can say, and the steps that lead to it, the last one first. */
interface Unsayable {
  readonly words: (place: string) => string
  readonly steps: (string | number)[]
}

/** An event may be nested so deep, and stand in an array; what is deeper than that is not looked at. */
const MOST_DEPTH = EVENT_LIMITS.depth + 1

const FUNCTION: Unsayable['words'] = (place) =>
  place === ''
    ? 'made a function, and no event'
    : `made a function at ${place}, where a value belongs: call it, with brackets behind its name`

const TOO_LARGE: Unsayable['words'] = (place) =>
  place === '' ? 'made a number too large to be kept' : `made ${JSON.stringify(place)}, a number too large to be kept`

const TOO_DEEP: Unsayable['words'] = () => `made what is nested deeper than ${EVENT_LIMITS.depth} levels`

/**
 * Why what an expression made cannot go on as JSON, which has no functions, says null for a number that overflowed, and has no
 * room for what is nested without end. Runs in the editor too.
 * @returns the part of a sentence that follows "the mapping …"; null when all of it can
 */
export function problemOfMade(made: unknown): string | null {
  const found = unsayable(made, 1)
  if (found === null) return null
  const place = found.steps.reduceRight<string>((parent, step) => pathTo(parent, step), '')
  return found.words(place.length > 200 ? `${place.slice(0, 200)}…` : place)
}

function unsayable(value: unknown, depth: number): Unsayable | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : { words: TOO_LARGE, steps: [] }
  if (isFunction(value)) return { words: FUNCTION, steps: [] }
  if (typeof value !== 'object' || value === null) return null
  if (depth > MOST_DEPTH) return { words: TOO_DEEP, steps: [] }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      const found = unsayable(value[index], depth + 1)
      if (found !== null) return under(index, found)
    }
    return null
  }
  for (const key of Object.keys(value)) {
    const found = unsayable((value as Readonly<Record<string, unknown>>)[key], depth + 1)
    if (found !== null) return under(key, found)
  }
  return null
}

function under(step: string | number, found: Unsayable): Unsayable {
  found.steps.push(step)
  return found
}

/** Patterns, which are functions to JSONata, its own functions, and those that an expression defines; no JSON of a sender is one. */
function isFunction(value: unknown): boolean {
  if (!isObject(value)) return typeof value === 'function'
  if (value['_jsonata_function'] === true) return typeof value['implementation'] === 'function'
  const { environment } = value
  return value['_jsonata_lambda'] === true && isObject(environment) && typeof environment['lookup'] === 'function'
}
