// Polls a registry once with state in a file, and kills itself (SIGKILL) at the step that it was told, if it gets that far:
//   node polling-process.mts <mlflow | huggingface> <base URL> <file> <step, 0 for none>
// Prints how many steps there were.
import { watching as watchingHub } from '../huggingface/watching.mts'
import { watching as watchingMlflow } from '../mlflow/watching.mts'
import { SqliteStore } from '../wandb/sqlite-store.mts'

const [, , registry = '', url = '', file = '', last = '0'] = process.argv
let steps = 0
const step = () => {
  steps += 1
  if (steps === Number(last)) process.kill(process.pid, 'SIGKILL')
}
const store = new SqliteStore(file, step)
const watch = (registry === 'mlflow' ? watchingMlflow : watchingHub)(url, { store, step })
await watch.poll()
await watch.close()
store.close()
process.stdout.write(`${steps}\n`)
