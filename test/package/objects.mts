import { stripTypeScriptTypes } from 'node:module'
import { parse } from 'acorn'
import { simple } from 'acorn-walk'
import { filesBelow, read } from './repository.mts'

/** A place where an error gets its code. */
export interface SourceObject {
  readonly file: string
  readonly line: number
  readonly code: string
  /** Names in its `values`. */
  readonly values: readonly string[]
}

interface Syntax {
  readonly type: string
  readonly start: number
  readonly value?: unknown
  readonly name?: string
  readonly callee?: Syntax
  readonly arguments?: readonly Syntax[]
  readonly properties?: readonly Syntax[]
  readonly key?: Syntax
}

/**
 * Every place in the TypeScript sources of these folders where an error gets a code as a literal: `new …Error('code', …)`,
 * `new …Failure('code', …)`, `super('code', …)`, `because('code', …)`, and `{ code: 'code', message: … }`.
 */
export function objectsOf(folders: readonly string[]): SourceObject[] {
  const files = folders.flatMap((folder) => filesBelow(folder, '.ts')).filter((file) => !file.endsWith('.d.ts'))
  return files.flatMap((file) => {
    // types become blanks, so that lines stay where they are
    const source = stripTypeScriptTypes(read(file))
    const found: SourceObject[] = []
    const add = (syntax: Syntax, code: unknown, values: readonly string[] = []) => {
      if (typeof code !== 'string' || !/^[a-z]+(_[a-z]+)*$/.test(code)) return
      found.push({ file, line: source.slice(0, syntax.start).split('\n').length, code, values })
    }
    const called = (syntax: Syntax) => {
      const { callee, arguments: given = [] } = syntax
      const [first, , options] = given
      const isError = /(Error|Failure)$|^because$/.test(callee?.name ?? '') || callee?.type === 'Super'
      if (isError) for (const code of literals(first)) add(syntax, code, membersOf(member(options, 'values')))
    }
    simple(parse(source, { ecmaVersion: 'latest', sourceType: 'module' }), {
      NewExpression: (syntax) => called(syntax as unknown as Syntax),
      CallExpression: (syntax) => called(syntax as unknown as Syntax),
      ObjectExpression(expression) {
        const syntax = expression as unknown as Syntax
        const hasSentence = ['message', 'sentence', 'says'].some((name) => member(syntax, name))
        if (hasSentence) add(syntax, member(syntax, 'code')?.value)
      },
    })
    return found
  })
}

/** The texts that an expression may be: one, or the two of a condition. */
function literals(syntax: Syntax | undefined): unknown[] {
  if (syntax?.type === 'Literal') return [syntax.value]
  const { right, consequent, alternate } = (syntax ?? {}) as Record<string, Syntax | undefined>
  return [right, consequent, alternate].filter((part) => part?.type === 'Literal').map((part) => part?.value)
}

function member(syntax: Syntax | undefined, name: string): Syntax | undefined {
  const property = syntax?.properties?.find(({ key }) => key?.name === name)
  return property?.value as Syntax | undefined
}

const membersOf = (syntax: Syntax | undefined): string[] => (syntax?.properties ?? []).map(({ key }) => key?.name ?? '')
