import assert from 'node:assert/strict'
import { stripTypeScriptTypes } from 'node:module'
import { type Node, parse } from 'acorn'
import { simple } from 'acorn-walk'
import { check } from 'recheck'
import schema from '../../lib/events/event.schema.json' with { type: 'json' }
import { SOURCES } from './imports.mts'
import { read } from './repository.mts'

interface Expression {
  readonly pattern: string
  readonly flags: string
}

/**
 * Where a regular expression is made from a text at run time, and why that is no danger. Anything else is written as a
 * literal, so that it can be judged here.
 */
const MADE: Readonly<Record<string, string>> = {
  'lib/events/filled-text.ts': 'the patterns of the schema, which are judged below',
}

const parsed = (file: string) =>
  parse(stripTypeScriptTypes(read(file)), { ecmaVersion: 'latest', sourceType: 'module' })

function expressionsOf(file: string): Expression[] {
  const found = new Map<string, Expression>()
  simple(parsed(file), {
    Literal: ({ regex }) => {
      if (regex) found.set(`${regex.pattern}/${regex.flags}`, { pattern: regex.pattern, flags: regex.flags })
    },
  })
  return [...found.values()]
}

function makesExpressions(file: string): boolean {
  let made = false
  const look = ({ callee }: { callee: Node & { name?: string } }) => {
    made ||= callee.name === 'RegExp'
  }
  simple(parsed(file), { NewExpression: look, CallExpression: look })
  return made
}

/** What recheck, which knows how engines backtrack, says of the worst text for an expression; null when it is linear. */
async function fault({ pattern, flags }: Expression): Promise<string | null> {
  const result = await check(pattern, flags, { timeout: 120_000 })
  if (result.status === 'safe') return null
  const worst = result.status === 'vulnerable' ? `${result.complexity.summary}, ${result.attack.pattern}` : 'not judged'
  return `/${pattern}/${flags}: ${worst}`
}

const faults = async (expressions: readonly Expression[]) =>
  (await Promise.all(expressions.map(fault))).filter((found) => found !== null)

/** Judged by recheck (makenowjust-labs.github.io/recheck), by automata and where those do not reach by search. */
describe('no regular expression takes more than linear time for any text', () => {
  for (const file of SOURCES) {
    const expressions = expressionsOf(file)
    if (expressions.length > 0) it(`in ${file}`, async () => assert.deepEqual(await faults(expressions), []))
  }

  it('in the schema of events', async () => {
    const properties: readonly { readonly pattern?: string; readonly [keyword: string]: unknown }[] = Object.values(
      schema.properties,
    )
    const patterns = properties.flatMap(({ pattern }) => pattern ?? [])
    assert.ok(patterns.length > 1)
    assert.deepEqual(await faults(patterns.map((pattern) => ({ pattern, flags: 'u' }))), [])
  })

  it('and none is made from a text at run time, where nobody could judge it, but in these files', () => {
    assert.deepEqual(SOURCES.filter(makesExpressions), Object.keys(MADE).sort())
  })

  it('which the judge would notice', async () => {
    const slow = [/\/+$/, /^(?:a+)+$/, /%.*$/, /(\$+)\{/, /^(.*)\.(.*)\.(.*)$/]
    const found = await faults(slow.map(({ source, flags }) => ({ pattern: source, flags })))
    assert.equal(found.length, slow.length)
  })
})
