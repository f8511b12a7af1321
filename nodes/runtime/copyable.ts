/** Node-RED copies messages by a function that calls itself for each level: deeper ones end the process somewhere. */
const DEEPEST = 500

/** What Node-RED takes out of a message before it copies it (@node-red/util, cloneMessage). */
const NOT_COPIED = ['req', 'res']

/** Whether Node-RED can copy a message, as it does for Catch nodes and for every second wire. */
export function canBeCopied(msg: object): boolean {
  return Object.keys(msg).every((name) => NOT_COPIED.includes(name) || isCopyable(msg, name))
}

/** The same of one property. */
export function isCopyable(msg: object, name: string): boolean {
  try {
    return isShallow((msg as Readonly<Record<string, unknown>>)[name])
  } catch {
    return false
  }
}

/** Looks at each object once, in the order in which they are copied. @throws what a getter throws */
function isShallow(value: unknown): boolean {
  const seen = new WeakSet()
  const ahead: [value: unknown, depth: number][] = [[value, 1]]
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const [one, depth] = next
    if (typeof one !== 'object' || one === null || seen.has(one) || ArrayBuffer.isView(one)) continue
    if (depth > DEEPEST) return false
    seen.add(one)
    const members = one instanceof Map || one instanceof Set ? [...one].flat() : Object.values(one)
    for (const member of members.reverse()) ahead.push([member, depth + 1])
  }
  return true
}
