import type { SeenRequest } from './server.mts'

/** How a server says that a document does not fit its schema. W&B's says 400, gqlgen 422, and graphql-go 200. */
export interface Refusal {
  readonly status: number
  /** Around names, as graphql-core has them. */
  readonly quotes?: "'"
  /** What it says instead of what is wrong, as servers do that give nothing away. */
  readonly hides?: string
}

export function refused(problems: readonly string[], { status, quotes, hides }: Refusal) {
  const messages = hides === undefined ? problems : [hides]
  const errors = messages.map((message) => ({ message: quotes ? message.replaceAll('"', quotes) : message }))
  return { status, body: { errors, data: null } }
}

type Check = (request: SeenRequest) => string[]

/** What most servers let pass. */
export const STRICT_CHECKS: readonly Check[] = [
  ({ query, variables }) =>
    Object.keys(variables)
      .filter((name) => !query.includes(`$${name}:`))
      .map((name) => `variable "${name}" is not declared`),
  ({ operation }) => (operation === '' ? ['an operation needs a name'] : []),
  ({ query }) => (/__schema|__type\b/.test(query) ? ['introspection is not allowed'] : []),
]
