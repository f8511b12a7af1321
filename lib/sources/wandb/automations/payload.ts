import { parseTemplate } from '../../../template/parse.js'

/** What a payload of W&B is as a template. */
export interface PayloadTemplate {
  readonly text: string
  /** Names of secrets that it asks for, the token aside, each once. */
  readonly secrets: readonly string[]
  readonly needsToken: boolean
  /** What looks like a variable and is none, as it stands there, each once: it is sent as it is. */
  readonly literals: readonly string[]
  /** Why it is no template, in words. */
  readonly problem: string | null
}

/**
 * Writes a payload, which is JSON as a rule, so that our templates send what W&B sends: what is no name stays, as W&B
 * leaves what it does not know, and dollars before a variable stay dollars (here two of them before a brace are one, and
 * nothing is filled in).
 * @param hasSecrets secrets and the token can be filled in; else their names are no names
 */
export function asTemplate(payload: string, hasSecrets: boolean): PayloadTemplate {
  const literals = new Set<string>()
  // two braces are another system's expression, and left alone by both; a quote ends what a name could be in
  const text = payload.replace(/(\$+)\{(?!\{)([^{}"]*\}?)/g, (_whole, dollars: string, rest: string) => {
    const isName = rest.endsWith('}') && names(`\${${rest}`).some(({ kind }) => hasSecrets || !SECRET.includes(kind))
    if (!isName) literals.add(`\${${rest}`)
    const before = dollars.length - (isName ? 1 : 0)
    return `${'$'.repeat(2 * before)}${isName ? '$' : ''}{${rest}`
  })
  try {
    const found = parseTemplate(text, 'json').names
    const secrets = found.filter(({ kind }) => kind === 'secret').map(({ name }) => name)
    return {
      text,
      secrets: [...new Set(secrets)],
      needsToken: found.some(({ kind }) => kind === 'token'),
      literals: [...literals],
      problem: null,
    }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { text, secrets: [], needsToken: false, literals: [...literals], problem }
  }
}

const SECRET: readonly string[] = ['secret', 'token', 'bare-secret']

/** The names of a template; none when it is none. */
function names(text: string) {
  try {
    return parseTemplate(text, 'text').names
  } catch {
    return []
  }
}
