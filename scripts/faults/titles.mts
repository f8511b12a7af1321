import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { type Node, parse } from 'acorn'
import { fullAncestor } from 'acorn-walk'

/** A test (`it`) or a group of tests (`describe`) whose title begins with numbers of faults: `#10 #12 the rest`. */
export interface NumberedTitle {
  readonly faults: readonly number[]
  /** What mocha prints, with the groups around it; what a loop puts into it is an ellipsis. */
  readonly sentence: string
  /** From the root of the repository. */
  readonly file: string
}

const NUMBERS = /^(?:#\d+ )+/

/** All of them in the files below a folder. */
export function numberedTitles(root: string, folder: string): NumberedTitle[] {
  const files = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith('.mts'))
    .sort()
    .flatMap((file) => {
      const name = path.posix.join(folder, file.split(path.sep).join('/'))
      return titlesOf(readFileSync(path.join(root, name), 'utf8')).map((title) => ({ ...title, file: name }))
    })
}

function titlesOf(source: string): Omit<NumberedTitle, 'file'>[] {
  if (!/['"`]#\d+ /.test(source)) return []
  const found: Omit<NumberedTitle, 'file'>[] = []
  const program = parse(stripTypeScriptTypes(source), { ecmaVersion: 'latest', sourceType: 'module' })
  fullAncestor(program, (node, _state, ancestors) => {
    const title = titleOf(node)
    const numbers = NUMBERS.exec(title ?? '')
    if (title === null || numbers === null) return
    const groups = ancestors
      .slice(0, -1)
      .map(titleOf)
      .filter((group) => group !== null)
    found.push({
      faults: [...numbers[0].matchAll(/\d+/g)].map(([number]) => Number(number)),
      sentence: [...groups, title].map((part) => part.replace(NUMBERS, '')).join(' '),
    })
  })
  return found
}

interface Call extends Node {
  readonly callee: Node & { readonly name?: string }
  readonly arguments: readonly (Node & {
    readonly value?: unknown
    readonly quasis?: readonly { readonly value: { readonly cooked: string } }[]
  })[]
}

/** The first argument of a call of `it` or `describe`, else null. */
function titleOf(node: Node): string | null {
  if (node.type !== 'CallExpression') return null
  const { callee, arguments: given } = node as Call
  if (callee.name !== 'it' && callee.name !== 'describe') return null
  const [title] = given
  if (title?.type === 'Literal') return String(title.value)
  return title?.quasis?.map(({ value }) => value.cooked).join('…') ?? null
}
