import { addFunctions } from '../../lib/sources/mapped/functions.js'
import { problemOfMade } from '../../lib/sources/mapped/made.js'
import { wordsOf } from './expression-problem.editor.js'

/** The browser stands still as long as an expression is evaluated in it. */
const MOST_MS = 300
const MOST_DEPTH = 400

/** What Node-RED adds to expressions, and a preview cannot know. */
const UNKNOWN_HERE = ['env', 'moment', 'clone', 'flowContext', 'globalContext']

/**
 * Evaluates a mapping by the engine that the editor has, within a bound.
 * @throws Error with words for a person
 */
export async function evaluateHere(expression: string, input: object): Promise<unknown> {
  const prepared = addFunctions(jsonata(expression))
  for (const name of UNKNOWN_HERE) {
    prepared.assign(name, () => {
      throw new Error(`$${name} is known to Node-RED alone, and cannot be previewed here`)
    })
  }
  const started = performance.now()
  let depth = 0
  const enter = () => {
    depth += 1
    if (performance.now() - started > MOST_MS || depth > MOST_DEPTH) throw new Error('it takes too long, or never ends')
  }
  const leave = () => {
    depth -= 1
  }
  // the first two are those of JSONata 2.0, the others of later ones
  prepared.assign('__evaluate_entry', enter)
  prepared.assign('__evaluate_exit', leave)
  prepared.assign(Symbol.for('jsonata.__evaluate_entry'), enter)
  prepared.assign(Symbol.for('jsonata.__evaluate_exit'), leave)
  let made: unknown
  try {
    made = await prepared.evaluate(input)
  } catch (error) {
    throw new Error(wordsOf(error))
  }
  const problem = problemOfMade(made)
  if (problem !== null) throw new Error(`it ${problem}`)
  return made
}
