import { workerData } from 'node:worker_threads'

// A thread beside the mappings: a Node-RED that was killed can end nothing any more, and a mapping that never ends does
// not hear that the channel is closed.

const { nodeRed } = workerData as { readonly nodeRed: number }

/** How long such a process may go on alone, in milliseconds. */
const LOOK_EVERY_MS = 500

setInterval(() => {
  if (!isAlive(nodeRed)) process.kill(process.pid, 'SIGKILL')
}, LOOK_EVERY_MS)

/** A parent that is gone has left its child to another one, but for Windows. */
function isAlive(parent: number): boolean {
  if (process.platform !== 'win32') return process.ppid === parent
  try {
    return process.kill(parent, 0)
  } catch {
    return false
  }
}
