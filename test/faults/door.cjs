// Loaded into a measured Node-RED by --require: GET / → the delay of its event loop since the last call, and its memory.
const { createServer } = require('node:http')
const { isMainThread } = require('node:worker_threads')
const { monitorEventLoopDelay } = require('node:perf_hooks')

if (isMainThread) {
  const loop = monitorEventLoopDelay({ resolution: 1 })
  loop.enable()
  const server = createServer((_request, response) => {
    response.end(
      JSON.stringify({
        p50: loop.percentile(50) / 1e6,
        p99: loop.percentile(99) / 1e6,
        rss: process.memoryUsage().rss,
      }),
    )
    loop.reset()
  })
  server.listen(0, '127.0.0.1', () => process.stdout.write(`door at http://127.0.0.1:${server.address().port}\n`))
  server.unref()
}
