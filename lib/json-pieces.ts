/** Text that is JSON already, written as it stands: what a store keeps need not be read to be shown. */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** An array or object that is being written. */
interface Open {
  readonly entries: Iterator<readonly [name: string | null, value: unknown]>
  readonly end: ']' | '}'
  empty: boolean
}

/** A piece holds so many UTF-16 units, or one value that is no array and no object. */
const PIECE = 64 * 1024

/**
 * A value as JSON.stringify writes it, in pieces of some 64 kB: the whole may be longer than a string can be, and would
 * keep everything else waiting. Whoever takes the pieces decides when the next one is made.
 * @throws TypeError for what JSON cannot say: a big integer, or a circle (which never ends here: give it none)
 */
export function* jsonPieces(value: unknown): Generator<string> {
  const open: Open[] = []
  let text = ''
  const put = (name: string | null, given: unknown) => {
    const member = plain(given)
    const parent = open.at(-1)
    if (parent !== undefined) {
      text += parent.empty ? '' : ','
      parent.empty = false
    }
    if (name !== null) text += `${JSON.stringify(name)}:`
    if (member instanceof JsonText) text += member.text
    else if (typeof member === 'object' && member !== null) {
      const isList = Array.isArray(member)
      text += isList ? '[' : '{'
      open.push({ entries: isList ? elements(member) : members(member), end: isList ? ']' : '}', empty: true })
    } else text += JSON.stringify(member) ?? 'null'
  }

  put(null, value)
  for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
    const { done, value: entry } = last.entries.next()
    if (done) {
      text += last.end
      open.pop()
    } else put(...entry)
    if (text.length < PIECE) continue
    yield text
    text = ''
  }
  if (text !== '') yield text
}

function* elements(list: readonly unknown[]): Open['entries'] {
  for (const element of list) yield [null, element]
}

function* members(object: object): Open['entries'] {
  for (const name of Object.keys(object)) {
    const member = (object as Readonly<Record<string, unknown>>)[name]
    if (isSaid(member)) yield [name, member]
  }
}

/** JSON leaves out members that are none of its values. */
const isSaid = (value: unknown) => !UNSAID.includes(typeof plain(value))

const UNSAID = ['undefined', 'function', 'symbol']

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof JsonText) return value
  const { toJSON } = value as { readonly toJSON?: unknown }
  return typeof toJSON === 'function' ? toJSON.call(value) : value
}
