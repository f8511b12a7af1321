import { Evaluator, type ExpressionEngine } from './evaluate.js'
import type { EvaluatorData, EvaluatorJob } from './evaluator-process.js'

// The other process: mappings are evaluated here, so that none of them can hold up Node-RED or end it. Without Node-RED,
// whose end closes the channel, nothing keeps it; until then only Node-RED ends it, whatever a terminal sends to both.

const { engine, mostCharacters } = JSON.parse(process.argv[2] as string) as EvaluatorData
const evaluator = new Evaluator(require(engine) as ExpressionEngine, mostCharacters)
let last = Promise.resolve()

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('disconnect', () => process.exit())

const tell = (message: unknown) => process.connected && process.send?.(message, () => {})

// one after another, so that whoever waits knows which of them it is that takes so long
process.on('message', ({ expression, input }: EvaluatorJob) => {
  last = last.then(async () => {
    tell(await evaluator.evaluate(expression, input))
  })
})
tell('ready')
