import assert from 'node:assert/strict'
import { stripTypeScriptTypes } from 'node:module'
import { type Expression, parse, type Super } from 'acorn'
import { simple } from 'acorn-walk'
import { SOURCES } from './imports.mts'
import { read } from './repository.mts'

/**
 * A promise that rejects while nobody waits for it ends the process. The linter finds calls whose promise is dropped
 * (noFloatingPromises); these are the ways around it.
 */
const WAYS: Readonly<Record<string, string>> = {
  dropped: 'a call after `void` is a promise that nobody waits for: await it, or end it in .catch(…)',
  open: 'a chain that ends in .then(…) or .finally(…) rejects when one of its functions throws: end it in .catch(…)',
  forgotten: 'who calls this function does not look at the promise that an async one gives',
}

/** A browser goes on after a promise that nobody looks at. */
const RUNTIME = SOURCES.filter((file) => !file.endsWith('.editor.ts') && !file.startsWith('nodes/editor/'))

/** They call the functions that they are given, and forget what those return. */
const FORGETFUL = new Set([
  ...['on', 'once', 'off', 'addListener', 'prependListener', 'addEventListener', 'onProblem', 'whenStarted'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'nextTick', 'queueMicrotask', 'forEach', 'later', 'use'],
])

type Callee = Expression | Super | { readonly type: 'PrivateIdentifier' }

function nameOf(callee: Callee): string {
  if (callee.type === 'Identifier') return callee.name
  if (callee.type === 'MemberExpression' && 'name' in callee.property) return String(callee.property.name)
  return ''
}

/** The methods of a chain of calls, the last first: `finally`, `catch`, `then`, … */
function chainOf(call: Expression): string[] {
  const names: string[] = []
  let at: Callee = call
  while (at.type === 'CallExpression') {
    names.push(nameOf(at.callee))
    at = at.callee.type === 'MemberExpression' ? at.callee.object : at.callee
  }
  return names
}

/** Whether whatever goes wrong in a chain ends in a function. */
function isCaught(call: Expression): boolean {
  const names = chainOf(call)
  return names[names[0] === 'finally' ? 1 : 0] === 'catch'
}

function faultsOf(source: string): string[] {
  const found: string[] = []
  const add = (way: string, { start }: { start: number }) =>
    found.push(`${source.slice(start, start + 60).split('\n', 1)[0]}: ${WAYS[way]}`)
  const program = parse(source, { ecmaVersion: 'latest', sourceType: 'module' })
  simple(program, {
    UnaryExpression(node) {
      if (node.operator === 'void' && node.argument.type === 'CallExpression') add('dropped', node)
    },
    ExpressionStatement({ expression }) {
      const isChain = ['then', 'finally'].includes(chainOf(expression)[0] ?? '')
      if (isChain && !isCaught(expression)) add('open', expression)
    },
    CallExpression(node) {
      if (!FORGETFUL.has(nameOf(node.callee))) return
      for (const given of node.arguments) if ('async' in given && given.async) add('forgotten', given)
    },
  })
  return found
}

describe('no promise is left alone', () => {
  for (const file of RUNTIME) {
    const found = faultsOf(stripTypeScriptTypes(read(file)))
    if (found.length > 0) it(`in ${file}`, () => assert.deepEqual(found, []))
  }

  it('in any of the sources that Node.js runs', () => assert.ok(RUNTIME.length > 200))

  it('which this search would notice', () => {
    const wrong = [
      'void work()',
      'void work().then(next)',
      'work().then(next)',
      'work().then(next, failed)',
      'work().then(next).finally(end)',
      'work().catch(failed).then(next)',
      'this.#work().finally(end)',
      'timers.setTimeout(async () => { await work() }, 5)',
      'emitter.on("event", async function () {})',
      'list.forEach(async (one) => work(one))',
    ]
    for (const code of wrong) assert.equal(faultsOf(`class A { #work() {} m() { ${code} } }`).length, 1, code)
    const right = [
      'work().catch(failed)',
      'work().then(next).catch(failed).finally(end)',
      'list.map(async () => 1)',
      'void value',
    ]
    for (const code of right) assert.deepEqual(faultsOf(code), [], code)
  })
})
