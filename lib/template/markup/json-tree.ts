/** A value of a JSON text, with where its texts stand in it. Numbers, booleans and null are of no interest: null. */
export type JsonNode = JsonText | JsonList | JsonMembers | null

/** A string: what it says, and where it stands, in UTF-16 units and without its quotes. */
export interface JsonText {
  readonly kind: 'text'
  readonly value: string
  readonly start: number
  readonly end: number
}

export interface JsonList {
  readonly kind: 'list'
  readonly items: JsonNode[]
}

/** An object. Names may be repeated, and every one of them counts: receivers differ in which they take. */
export interface JsonMembers {
  readonly kind: 'members'
  readonly members: [name: string, value: JsonNode][]
}

const SPACE = /[ \t\r\n]*/y
const PLAIN = /[^"\\]*/y
const OTHER = /[^ \t\r\n,:{}[\]"]+/y

/**
 * Reads JSON into a tree, however deep, in time that grows with its length.
 * @returns undefined when the text is no JSON
 */
export function jsonTree(text: string): JsonNode | undefined {
  const open: (JsonList | JsonMembers)[] = []
  let root: JsonNode | undefined
  let name: string | null = null
  let at = skip(SPACE, text, 0)

  const put = (node: JsonNode): void => {
    const around = open.at(-1)
    if (around === undefined) root = node
    else if (around.kind === 'list') around.items.push(node)
    else around.members.push([name ?? '', node])
    name = null
  }

  while (at < text.length) {
    const char = text[at]!
    const around = open.at(-1)
    if (around === undefined && root !== undefined) return undefined
    if (char === '{' || char === '[') {
      const node: JsonList | JsonMembers = char === '{' ? { kind: 'members', members: [] } : { kind: 'list', items: [] }
      put(node)
      open.push(node)
      at += 1
    } else if (char === '}' || char === ']') {
      if (around?.kind !== (char === '}' ? 'members' : 'list')) return undefined
      open.pop()
      at += 1
    } else if (char === ',' || char === ':') {
      at += 1
    } else if (char === '"') {
      const end = endOfString(text, at)
      if (end === -1) return undefined
      const value = parsed(text.slice(at, end))
      if (value === undefined) return undefined
      if (around?.kind === 'members' && name === null) name = value
      else put({ kind: 'text', value, start: at + 1, end: end - 1 })
      at = end
    } else {
      const end = skip(OTHER, text, at)
      if (end === at) return undefined
      put(null)
      at = end
    }
    at = skip(SPACE, text, at)
  }
  return open.length === 0 ? root : undefined
}

/** Every object of a tree, itself among them. */
export function* objectsOf(root: JsonNode): Generator<JsonMembers> {
  const ahead: JsonNode[] = [root]
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    if (node === null || node.kind === 'text') continue
    if (node.kind === 'list') {
      for (const item of node.items) ahead.push(item)
      continue
    }
    yield node
    for (const [, value] of node.members) ahead.push(value)
  }
}

/** The values of a member, as often as it is there. */
export function valuesOf(node: JsonNode | undefined, name: string): JsonNode[] {
  if (node?.kind !== 'members') return []
  return node.members.flatMap(([own, value]) => (own === name ? [value] : []))
}

/** The objects in the lists of a member. */
export function listed(node: JsonNode | undefined, name: string): JsonMembers[] {
  return valuesOf(node, name).flatMap((value) => {
    if (value?.kind !== 'list') return []
    return value.items.filter((item): item is JsonMembers => item?.kind === 'members')
  })
}

/** The texts of members. */
export function textsOf(node: JsonNode | undefined, ...names: readonly string[]): JsonText[] {
  return names.flatMap((name) => valuesOf(node, name).filter((value): value is JsonText => value?.kind === 'text'))
}

/** Whether a member is this text. */
export function says(node: JsonNode | undefined, name: string, text: string): boolean {
  return textsOf(node, name).some(({ value }) => value === text)
}

/** Behind the closing quote of the string that begins at `start`; -1 when there is none. */
function endOfString(text: string, start: number): number {
  let at = skip(PLAIN, text, start + 1)
  while (text[at] === '\\') at = skip(PLAIN, text, at + 2)
  return text[at] === '"' ? at + 1 : -1
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

function parsed(text: string): string | undefined {
  try {
    return JSON.parse(text) as string
  } catch {
    return undefined
  }
}
