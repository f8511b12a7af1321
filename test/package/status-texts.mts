import { stripTypeScriptTypes } from 'node:module'
import { parse } from 'acorn'
import { simple } from 'acorn-walk'
import { filesBelow, read } from './repository.mts'

interface Syntax {
  readonly type: string
  readonly value?: unknown
  readonly name?: string
  readonly key?: Syntax
  readonly callee?: Syntax
  readonly object?: Syntax
  readonly left?: Syntax
  readonly right?: Syntax
  readonly consequent?: Syntax
  readonly alternate?: Syntax
  readonly arguments?: readonly Syntax[]
  readonly quasis?: readonly { readonly value: { readonly cooked: string } }[]
}

/** What stands for what a text has from elsewhere: a name, a number. */
export const FILLED = 'X'

/** The words for a status that errors get in the sources: `statusText: …`, `invalid(…, 'words')` of webhooks, and `unavailable(…, 'words')` of databases. */
export function statusTexts(folders: readonly string[]): string[] {
  const found = new Set<string>()
  const files = folders.flatMap((folder) => filesBelow(folder, '.ts')).filter((file) => !file.endsWith('.d.ts'))
  for (const file of files) {
    const add = (syntax: Syntax | undefined) => {
      for (const text of textsOf(syntax)) found.add(text)
    }
    simple(parse(stripTypeScriptTypes(read(file)), { ecmaVersion: 'latest', sourceType: 'module' }), {
      Property(property) {
        const { key, value } = property as unknown as Syntax & { value?: Syntax }
        if (key?.name === 'statusText') add(value)
      },
      CallExpression(call) {
        const { callee, arguments: given } = call as unknown as Syntax
        if (callee?.name === 'invalid' && file.startsWith('lib/webhook/')) add(given?.[1])
        if (callee?.name === 'unavailable') add(given?.[1])
      },
      VariableDeclarator(declared) {
        const { id, init } = declared as unknown as {
          id?: Syntax
          init?: Syntax & { properties?: { value: Syntax }[] }
        }
        if (id?.name === 'STATUS_TEXTS') for (const { value } of init?.properties ?? []) add(value)
      },
    })
  }
  return [...found].sort()
}

/** The texts that an expression may be, as far as they are written there. */
function textsOf(syntax: Syntax | undefined): string[] {
  if (syntax?.type === 'Literal') return typeof syntax.value === 'string' ? [syntax.value] : []
  if (syntax?.type === 'TemplateLiteral') return [(syntax.quasis ?? []).map(({ value }) => value.cooked).join(FILLED)]
  // `….slice(0, 30)` of a text
  if (syntax?.type === 'CallExpression') return textsOf(syntax.callee?.object)
  return [syntax?.consequent, syntax?.alternate, syntax?.left, syntax?.right].flatMap((part) =>
    part ? textsOf(part) : [],
  )
}
