// Polls a Hub once with state in a file, and kills itself (SIGKILL) at the step that it was told, if it gets that far:
//   node polling-process.mts <base URL> <file> <step, 0 for none>
// Prints how many steps there were.
import { SqliteStore } from '../wandb/sqlite-store.mts'
import { watching } from './watching.mts'

const [, , url = '', file = '', last = '0'] = process.argv
let steps = 0
const step = () => {
  steps += 1
  if (steps === Number(last)) process.kill(process.pid, 'SIGKILL')
}
const store = new SqliteStore(file, step)
const watch = watching(url, { store, step })
await watch.poll()
await watch.close()
store.close()
process.stdout.write(`${steps}\n`)
