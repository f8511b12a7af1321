/** What is wrong with an expression, and where; null when it can be evaluated. */
export function expressionProblem(expression: string): string | null {
  try {
    jsonata(expression)
    return null
  } catch (error) {
    return wordsOf(error)
  }
}

export function wordsOf(error: unknown): string {
  const { message, position } = error as { message?: string; position?: number }
  return position === undefined ? String(message ?? error) : `${message} (character ${position})`
}
