import { addFunctions, type PreparedExpression } from './functions.js'
import { problemOfMade } from './made.js'

/** What Node-RED has in `@node-red/util` for expressions of JSONata, as far as it is used here. */
export interface ExpressionEngine {
  prepareJSONataExpression(expression: string, node: object): PreparedExpression
  evaluateJSONataExpression(
    prepared: PreparedExpression,
    input: object,
    callback: (error: unknown, result?: unknown) => void,
  ): void
}

/** One request to be mapped, as texts of JSON: texts are quick to hand to another process. */
export interface MappingInput {
  readonly body: string
  /** An object: what else the expression sees beside `body`. */
  readonly about: string
}

/** How it ended: a text of JSON (`null` for nothing), or why there is none. */
export type MappingOutcome = { readonly json: string } | { readonly problem: MappingProblem }

export interface MappingProblem {
  /** Whose fault it is: the body is no JSON, or the mapping went wrong. */
  readonly of: 'body' | 'mapping'
  /** As the part of a sentence that follows "the mapping …", or the JSON parser's own words. */
  readonly reason: string
}

/** Characters of an error's own words. */
const MOST_WORDS = 300

/** What Node-RED gives an expression of its node; a mapping has none, and the same request makes the same events. */
const NO_NODE = {
  context: () => {
    throw new Error('$flowContext and $globalContext cannot be used in a mapping')
  },
}

/** Evaluates expressions one after another; each is prepared once. */
export class Evaluator {
  readonly #engine: ExpressionEngine
  readonly #mostCharacters: number
  readonly #prepared = new Map<string, PreparedExpression>()

  /** @param mostCharacters of a result, as JSON */
  constructor(engine: ExpressionEngine, mostCharacters: number) {
    this.#engine = engine
    this.#mostCharacters = mostCharacters
  }

  async evaluate(expression: string, { body, about }: MappingInput): Promise<MappingOutcome> {
    let parsed: unknown
    try {
      parsed = JSON.parse(body)
    } catch (error) {
      return { problem: { of: 'body', reason: wordsOf(error) } }
    }
    try {
      const input = { ...(JSON.parse(about) as object), body: parsed }
      return this.#outcome(await this.#result(expression, input))
    } catch (error) {
      return { problem: { of: 'mapping', reason: reasonOf(error) } }
    }
  }

  #result(expression: string, input: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#engine.evaluateJSONataExpression(this.#preparedOf(expression), input, (error, result) =>
        error ? reject(error) : resolve(result),
      )
    })
  }

  #preparedOf(expression: string): PreparedExpression {
    const known = this.#prepared.get(expression)
    if (known !== undefined) return known
    // with every deploy an expression may be another one
    if (this.#prepared.size >= 100) this.#prepared.clear()
    const prepared = addFunctions(this.#engine.prepareJSONataExpression(expression, NO_NODE))
    // else a word "msg" anywhere would put the input into a member of that name, as flows of 2017 had it
    Object.assign(prepared, { _legacyMode: false })
    this.#prepared.set(expression, prepared)
    return prepared
  }

  #outcome(result: unknown): MappingOutcome {
    const reason = problemOfMade(result)
    if (reason !== null) return { problem: { of: 'mapping', reason } }
    const json = JSON.stringify(result ?? null)
    if (json.length <= this.#mostCharacters) return { json }
    return { problem: { of: 'mapping', reason: `made more than ${this.#mostCharacters} characters` } }
  }
}

/** V8's words, and ours. */
const STACK = /call stack/i
const TOO_DEEP = 'went too deep: it calls itself again and again, or what it was given is nested without end'

/** JSONata's errors are objects with a message, and a position in the expression. */
function reasonOf(error: unknown): string {
  if (error instanceof RangeError && STACK.test(error.message)) return TOO_DEEP
  const { position } = error as { position?: unknown }
  const where = typeof position === 'number' ? ` at character ${position}` : ''
  return `failed${where}: ${wordsOf(error)}`
}

function wordsOf(error: unknown): string {
  const { message } = error as { message?: unknown }
  const words = typeof message === 'string' && message !== '' ? message : String(error)
  return words.length > MOST_WORDS ? `${words.slice(0, MOST_WORDS)}…` : words
}
