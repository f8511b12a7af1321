// Node-RED with this package and a demo flow. Arguments go to Node-RED: `npm start -- -p 1990 -u ./dir`.
import { once } from 'node:events'
import { createRequire } from 'node:module'
import path from 'node:path'
import { build } from './build.mjs'
import { completeArguments } from './demo/arguments.mjs'
import { curlLine, prepareDemo } from './demo/demo.mjs'

const require = createRequire(import.meta.url)
/** The npm name of the Node-RED to start: `node-red` (5) or `node-red-4` (4.1), as the tests have it. */
const nodeRed = process.env.NR_PACKAGE ?? 'node-red'

try {
  await build()
  const { args, port, userDir, settings, own } = await completeArguments(process.argv.slice(2))
  const token = own ? undefined : prepareDemo({ userDir, settings, port })
  await run(args, token)
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}

/** Runs Node-RED in this process, so that signals reach it and nothing is left when it ends. */
async function run(args, token) {
  // the same module that red.js starts: its events can be heard from here
  const RED = require(nodeRed)
  const flowsStarted = once(RED.events, 'flows:started')
  process.argv.splice(2, Infinity, ...args)
  require(path.join(path.dirname(require.resolve(`${nodeRed}/package.json`)), 'red.js'))

  await flowsStarted
  const { server } = RED
  if (!server.listening) await once(server, 'listening')
  const { httpAdminRoot, httpNodeRoot, https, uiHost } = RED.settings
  const host = ['0.0.0.0', '::'].includes(uiHost) ? '127.0.0.1' : uiHost
  const url = `http${https ? 's' : ''}://${host}:${server.address().port}`
  const lines = ['', `Editor:  ${url}${httpAdminRoot || ''}`]
  if (token && hasDemoSource(RED)) {
    const line = curlLine({ url: `${url}${httpNodeRoot || ''}`.replace(/\/$/, ''), token })
    lines.push(
      '',
      'Paste this in another terminal to send an event through (it shows up in the debug sidebar):',
      '',
      line,
    )
  }
  process.stdout.write(`${lines.join('\n')}\n\n`)
}

/** Whether the flows still hold what the curl line talks to. */
function hasDemoSource(RED) {
  return RED.nodes
    .getFlows()
    .flows.some((node) => node.type === 'artifact-source' && node.path === '/artifact-events' && !node.d)
}
