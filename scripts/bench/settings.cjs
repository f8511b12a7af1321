// Settings of a measured Node-RED, and a door to its process:
//   GET / → CPU (µs since the process began) and event-loop delay (ms since the last call)
//   GET /memory → memory, after a collection. A round that is timed must not follow: a collection that is asked for while
//   nothing is on its way makes V8 drop compiled code, and the round would measure the compiler.
const { createServer } = require('node:http')
const { monitorEventLoopDelay } = require('node:perf_hooks')

const loop = monitorEventLoopDelay({ resolution: 1 })
loop.enable()
createServer((request, response) => {
  if (request.url === '/memory') {
    globalThis.gc()
    return response.end(JSON.stringify(process.memoryUsage()))
  }
  response.end(JSON.stringify({ cpu: process.cpuUsage(), loopP99: loop.percentile(99) / 1e6, loopMax: loop.max / 1e6 }))
  loop.reset()
}).listen(Number(process.env.BENCH_DOOR), '127.0.0.1')

module.exports = {
  uiPort: Number(process.env.BENCH_PORT),
  uiHost: '127.0.0.1',
  userDir: process.env.BENCH_DIR,
  flowFile: 'flows.json',
  credentialSecret: 'bench',
  nodesDir: process.env.BENCH_PACKAGE ? [process.env.BENCH_PACKAGE] : [],
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false },
  ...(process.env.BENCH_DATABASE && { artifactAutomations: { database: process.env.BENCH_DATABASE } }),
  logging: { console: { level: 'warn', metrics: false, audit: false } },
}
