import { excerpt, SourceFailure } from '../watch/failure.js'

/**
 * Reads what a server answered. The answer is somebody else's JSON: each step is checked, and the first that is not
 * as W&B's schema has it ends the reading with `source_answer_unexpected` and its path.
 */
export class Answer {
  readonly #value: unknown
  readonly path: string

  constructor(value: unknown, path = '') {
    this.#value = value
    this.path = path
  }

  /** The member of an object; missing members read as null. */
  at(name: string): Answer {
    const { path } = this
    if (typeof this.#value !== 'object' || this.#value === null || Array.isArray(this.#value))
      throw this.#wrong('an object')
    const members = this.#value as Readonly<Record<string, unknown>>
    return new Answer(Object.hasOwn(members, name) ? members[name] : null, path === '' ? name : `${path}.${name}`)
  }

  /** Whether an object has the member, be it null. */
  has(name: string): boolean {
    return typeof this.#value === 'object' && this.#value !== null && Object.hasOwn(this.#value, name)
  }

  get isNull(): boolean {
    return this.#value === null || this.#value === undefined
  }

  /** Null or what `read` makes of it. */
  maybe<T>(read: (answer: Answer) => T): T | null {
    return this.isNull ? null : read(this)
  }

  text(): string {
    if (typeof this.#value !== 'string') throw this.#wrong('a text')
    return this.#value
  }

  number(): number {
    if (typeof this.#value !== 'number') throw this.#wrong('a number')
    return this.#value
  }

  flag(): boolean {
    if (typeof this.#value !== 'boolean') throw this.#wrong('true or false')
    return this.#value
  }

  list(): Answer[] {
    if (!Array.isArray(this.#value)) throw this.#wrong('a list')
    return this.#value.map((each, index) => new Answer(each, `${this.path}[${index}]`))
  }

  /** Unix milliseconds of an RFC 3339 time; one without a zone is UTC, as W&B's run times are. */
  time(): number {
    const text = this.text()
    const at = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`)
    if (Number.isNaN(at)) throw this.#wrong('a time')
    return at
  }

  /** A `JSONString`: usually JSON as text, from some servers the value itself. */
  json(): unknown {
    if (typeof this.#value !== 'string') return this.#value
    try {
      return JSON.parse(this.#value)
    } catch {
      throw this.#wrong('JSON')
    }
  }

  /** The nodes of a connection that are not null, with what else their edges hold, and whether there are more. */
  connection(): Connection {
    const pageInfo = this.at('pageInfo')
    const edges = this.at('edges').list()
    const there = edges.filter((edge) => !edge.isNull && !edge.at('node').isNull)
    return {
      nodes: there.map((edge) => ({ edge, node: edge.at('node') })),
      missing: edges.length - there.length,
      next: pageInfo.at('hasNextPage').flag() ? pageInfo.at('endCursor').maybe((cursor) => cursor.text()) : null,
      total: this.at('totalCount').maybe((count) => count.number()),
    }
  }

  #wrong(expected: string): SourceFailure {
    const found = excerpt((JSON.stringify(this.#value) ?? 'nothing').slice(0, 60))
    const message = `W&B’s answer has at ${this.path || 'its root'} not ${expected} but ${found}.`
    return new SourceFailure('source_answer_unexpected', message, {
      statusText: 'unexpected answer',
      remedy: 'back-off',
    })
  }
}

/**
 * Reads each item of a list. One that is not as W&B's schema has it is left out, and `onSkip` hears of it: a thing that
 * nobody understands must not keep the others from being read.
 */
export function readEach<T>(
  items: readonly Answer[],
  read: (item: Answer) => T,
  onSkip?: (what: string, why: string) => void,
): T[] {
  return items.flatMap((item) => {
    try {
      return [read(item)]
    } catch (error) {
      if (!(error instanceof SourceFailure)) throw error
      onSkip?.(nameOf(item), error.message)
      return []
    }
  })
}

/** What people call it, or where it stands. */
function nameOf(item: Answer): string {
  try {
    return item.at('name').text() || item.path
  } catch {
    return item.path
  }
}

export interface Connection {
  readonly nodes: readonly { readonly edge: Answer; readonly node: Answer }[]
  /** Edges without a node: what may not be seen, or could not be read. */
  readonly missing: number
  /** The cursor to go on at; null when this was the last page. */
  readonly next: string | null
  readonly total: number | null
}
