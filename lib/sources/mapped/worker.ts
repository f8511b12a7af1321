import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { Evaluator, type ExpressionEngine } from './evaluate.js'
import type { EvaluatorJob, EvaluatorStart } from './evaluator-process.js'

// The other process: mappings are evaluated here, so that none of them can hold up Node-RED or end it. Without Node-RED,
// whose end closes the channel, nothing keeps it, and a thread of its own ends it where a mapping hears of nothing; until
// then only Node-RED ends it, whatever a terminal sends to both.

const { engine, mostCharacters, nodeRed } = JSON.parse(process.argv[2] as string) as EvaluatorStart
const evaluator = new Evaluator(require(engine) as ExpressionEngine, mostCharacters)
let last = Promise.resolve()
new Worker(path.join(__dirname, 'watcher.js'), { workerData: { nodeRed } }).unref()

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
