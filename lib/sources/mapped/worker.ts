import { parentPort, workerData } from 'node:worker_threads'
import { Evaluator, type ExpressionEngine } from './evaluate.js'
import type { ThreadData, ThreadJob } from './thread.js'

// The other thread: mappings are evaluated here, so that none of them can hold up Node-RED, and a thread can be ended.

const { engine, mostCharacters } = workerData as ThreadData
const evaluator = new Evaluator(require(engine) as ExpressionEngine, mostCharacters)
let last = Promise.resolve()

// one after another, so that whoever waits knows which of them it is that takes so long
parentPort?.on('message', ({ expression, input }: ThreadJob) => {
  last = last.then(async () => parentPort?.postMessage(await evaluator.evaluate(expression, input)))
})
parentPort?.postMessage('ready')
