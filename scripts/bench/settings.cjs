// Settings of a measured Node-RED, and a door to its process: GET / → memory, CPU and event-loop delay since the last call.
const { createServer } = require('node:http')
const { monitorEventLoopDelay } = require('node:perf_hooks')

const loop = monitorEventLoopDelay({ resolution: 1 })
loop.enable()
createServer((_request, response) => {
  const before = process.cpuUsage()
  globalThis.gc?.()
  response.end(
    JSON.stringify({
      // the collection is part of no measurement: one ends before it, and the next begins after it
      cpu: { before, after: process.cpuUsage() },
      memory: process.memoryUsage(),
      loop: { p50: loop.percentile(50) / 1e6, p99: loop.percentile(99) / 1e6, max: loop.max / 1e6 },
    }),
  )
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
  logging: { console: { level: 'warn', metrics: false, audit: false } },
}
