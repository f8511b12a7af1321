// Measures a watch of a large registry:  node measuring-process.mts <base URL> <polls after the first one>
// Prints one line of JSON: how long the first look took, with how many requests and how much memory above idle, then the
// requests of each further poll, and what was told.
import { brief, watching } from './watching.mts'

const [, , url = '', polls = '3'] = process.argv
const memory = () => {
  globalThis.gc?.()
  return process.memoryUsage().rss / 2 ** 20
}
const watch = watching(url)
const idle = memory()
let highest = idle
const timer = setInterval(() => {
  highest = Math.max(highest, process.memoryUsage().rss / 2 ** 20)
}, 5)
const began = performance.now()
await watch.poll()
const firstLook = performance.now() - began
const requests = watch.client.requests
const each: number[] = []
const told: string[] = []
for (let poll = 0; poll < Number(polls); poll += 1) {
  process.send?.(poll)
  if (process.send) await new Promise((resolve) => process.once('message', resolve))
  const before = watch.client.requests
  told.push(...brief(await watch.poll()))
  each.push(watch.client.requests - before)
}
clearInterval(timer)
process.stdout.write(
  `${JSON.stringify({ firstLookMs: Math.round(firstLook), requests, peakMiB: Math.round(highest - idle), each, told })}\n`,
)
process.disconnect?.()
await watch.close()
