/** Anything that JSON can say. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject
export interface JsonObject {
  [name: string]: JsonValue | undefined
}

/** Whether a value is an object as JSON has them: no array, and not null. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Whether a value can be written as JSON of about so many characters, with arrays and objects nested so deep at most (the
 * value itself is 1). What may be written is never refused; a circle is, and so is what holds the same thing in so many
 * places that writing it would take for ever: no more of it is looked at than may be written.
 * @throws what a getter throws
 */
export function fits(value: unknown, { depth, size }: { readonly depth: number; readonly size: number }): boolean {
  const ahead: [value: unknown, depth: number][] = [[value, 1]]
  let left = size
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const [one, at] = next
    left -= typeof one === 'string' ? one.length : 1
    if (left < 0) return false
    if (typeof one !== 'object' || one === null) continue
    if (at > depth) return false
    const { toJSON } = one as { readonly toJSON?: unknown }
    // bytes are written as a list of numbers
    if (ArrayBuffer.isView(one)) left -= one.byteLength
    else if (typeof toJSON === 'function') ahead.push([toJSON.call(one), at])
    else for (const member of Object.values(one)) ahead.push([member, at + 1])
  }
  return true
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
