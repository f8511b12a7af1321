import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import path from 'node:path'
import { parseArgs } from 'node:util'

const require = createRequire(import.meta.url)
const root = path.resolve(import.meta.dirname, '../..')

/** Whether this machine lets us listen on the port of the loopback address. */
function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)))
  })
}

async function firstFreePort(from) {
  for (let port = from; port < from + 20; port += 1) if (await isFree(port)) return port
  throw new Error(`No port from ${from} to ${from + 19} is free. Choose one: npm start -- -p <port>`)
}

/**
 * Completes Node-RED's command line: what was given wins over our userDir, settings file and port.
 *
 * A settings file of one's own (given with `-s`, or in the userDir) is used as it is, with this package added.
 * Without `-p`, a port that is taken gives way to the next free one.
 *
 * @param {string[]} given
 * @returns {Promise<{args: string[], port: number, userDir: string, settings: object, own: boolean}>} `own` when
 *   somebody's own settings or flow file are used, which no demo may touch
 */
export async function completeArguments(given) {
  const { values, positionals } = parseArgs({
    args: given,
    strict: false,
    allowPositionals: true,
    options: {
      port: { type: 'string', short: 'p' },
      userDir: { type: 'string', short: 'u' },
      settings: { type: 'string', short: 's' },
      define: { type: 'string', short: 'D', multiple: true },
      title: { type: 'string' },
    },
  })
  const args = [...given]
  const inUserDir = values.userDir && path.resolve(values.userDir, 'settings.js')
  let file = values.settings && path.resolve(values.settings)
  if (!file && inUserDir && existsSync(inUserDir)) file = inUserDir
  const own = file !== undefined
  file ??= path.join(root, 'scripts/demo/settings.cjs')
  if (!values.settings) args.unshift('--settings', file)

  // Node-RED requires the same file, and gets this same object.
  const settings = require(file)
  settings.nodesDir = [settings.nodesDir ?? [], root].flat()

  const userDir = path.resolve(values.userDir ?? settings.userDir ?? path.join(root, '.node-red'))
  if (!values.userDir) args.unshift('--userDir', userDir)

  let port = Number(values.port ?? settings.uiPort ?? 1880)
  if (values.port === undefined && !own) {
    const wanted = port
    port = await firstFreePort(wanted)
    if (port !== wanted) process.stderr.write(`Port ${wanted} is taken; using ${port}.\n`)
    args.unshift('--port', String(port))
  }
  return { args, port, userDir, settings, own: own || positionals.length > 0 }
}
