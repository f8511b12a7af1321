/** Anything that JSON can say. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject
export interface JsonObject {
  [name: string]: JsonValue | undefined
}

/** Whether a value is an object as JSON has them: no array, and not null. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An object that is looked through, and the members that are ahead. */
interface Level {
  readonly object: object
  readonly members: readonly unknown[]
  next: number
}

/**
 * Whether a value can be written as JSON of about so many characters, with arrays and objects nested so deep at most (the
 * value itself is 1). What may be written is never refused; a circle is, and so is what holds the same thing in so many
 * places that writing it would take for ever: no more of it is looked at than may be written.
 * @throws what a getter throws
 */
export function fits(value: unknown, { depth, size }: { readonly depth: number; readonly size: number }): boolean {
  const levels: Level[] = []
  const around = new Set<object>()
  // what is around everything has no comma after it
  let left = size + 1
  /** @returns false when no more may be looked at */
  const look = (one: unknown): boolean => {
    const object = written(one)
    // each value has a character and a comma, or the brackets of what has none
    left -= typeof object === 'string' ? object.length + 1 : 2
    if (typeof object !== 'object' || object === null) return left >= 0
    // bytes are written as a list of numbers
    if (ArrayBuffer.isView(object)) left -= object.byteLength
    if (left < 0 || levels.length >= depth || around.has(object)) return false
    around.add(object)
    levels.push({ object, members: ArrayBuffer.isView(object) ? [] : Object.values(object), next: 0 })
    return true
  }
  if (!look(value)) return false
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    if (level.next === level.members.length) {
      levels.pop()
      around.delete(level.object)
    } else if (!look(level.members[level.next++])) return false
  }
  return true
}

/** What JSON.stringify writes for a value: what its `toJSON` returns, which is asked once. */
function written(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  const { toJSON } = value as { readonly toJSON?: unknown }
  return typeof toJSON === 'function' ? toJSON.call(value) : value
}

/** Whether a value holds itself, somewhere. Looks at each object once. */
export function isCircular(value: unknown): boolean {
  const done = new WeakSet()
  const around = new Set<object>()
  const ahead: { readonly object: object; entered: boolean }[] = []
  const look = (one: unknown) => {
    if (typeof one === 'object' && one !== null && !done.has(one)) ahead.push({ object: one, entered: false })
  }
  look(value)
  for (let next = ahead.at(-1); next !== undefined; next = ahead.at(-1)) {
    const { object } = next
    if (next.entered) {
      ahead.pop()
      around.delete(object)
      done.add(object)
    } else if (around.has(object)) return true
    else if (done.has(object)) ahead.pop()
    else {
      next.entered = true
      around.add(object)
      if (!ArrayBuffer.isView(object)) Object.values(object).forEach(look)
    }
  }
  return false
}

/** The object that a text is; null when it is anything else, or no JSON. */
export function parsedObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}
