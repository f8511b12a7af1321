// The processes of a measurement: a Node-RED of its own, the receiver, the driver.
import { fork, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

const root = path.resolve(import.meta.dirname, '../..')

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

const ended = (child) => new Promise((resolve) => (child.exitCode !== null ? resolve() : child.once('exit', resolve)))

/** A Node-RED with one flow. Its user directory outlives a kill, so that it can be started again on it. */
export class NodeRed {
  static async start(flow, { withPackage, dir, database } = {}) {
    const self = new NodeRed()
    self.dir = dir ?? (await mkdtemp(path.join(tmpdir(), 'automations-bench-')))
    self.withPackage = withPackage
    self.database = database
    self.flow = flow
    await writeFile(path.join(self.dir, 'package.json'), '{"name":"bench"}')
    await self.run(dir === undefined)
    return self
  }

  async run(deploy) {
    this.port = await freePort()
    this.door = await freePort()
    this.url = `http://127.0.0.1:${this.port}/artifact-events`
    this.child = spawn(
      process.execPath,
      [
        '--expose-gc',
        path.join(root, 'node_modules/node-red/red.js'),
        '-s',
        path.join(root, 'scripts/bench/settings.cjs'),
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: {
          ...process.env,
          BENCH_PORT: String(this.port),
          BENCH_DOOR: String(this.door),
          BENCH_DIR: this.dir,
          BENCH_PACKAGE: this.withPackage ? root : '',
          BENCH_DATABASE: this.database ?? '',
        },
      },
    )
    this.child.stdout.resume()
    const startedAt = performance.now()
    await this.#until(() => fetch(`http://127.0.0.1:${this.port}/settings`).then((response) => response.ok))
    if (deploy) {
      const response = await fetch(`http://127.0.0.1:${this.port}/flows`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Node-RED-API-Version': 'v1' },
        body: JSON.stringify(this.flow),
      })
      if (!response.ok) throw new Error(`deploy: ${response.status} ${await response.text()}`)
    }
    this.startMs = performance.now() - startedAt
    // the flows are ready when the endpoint neither is missing nor asks to come again
    await this.#until(async () => ![404, 503].includes((await fetch(this.url, { method: 'POST' })).status))
    this.readyMs = performance.now() - startedAt
  }

  async #until(check) {
    for (let tries = 0; tries < 600; tries += 1) {
      if (await check().catch(() => false)) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error('Node-RED did not start')
  }

  /** CPU (µs since the process began) and the event loop's delay (ms, p99 since the last look). */
  async look() {
    return (await fetch(`http://127.0.0.1:${this.door}`)).json()
  }

  /** Bytes of memory in use, after a collection: not between rounds that are timed. */
  async memory() {
    return (await (await fetch(`http://127.0.0.1:${this.door}/memory`)).json()).rss
  }

  async kill() {
    this.child.kill('SIGKILL')
    await ended(this.child)
  }

  async stop({ keep = false } = {}) {
    this.child.kill('SIGTERM')
    await ended(this.child)
    if (!keep) await rm(this.dir, { recursive: true, force: true })
  }
}

export async function startReceiver({ usual = false } = {}) {
  const child = fork(path.join(root, 'scripts/bench/receiver.mjs'), usual ? ['usual'] : [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const { port } = await new Promise((resolve) => child.once('message', resolve))
  const url = `http://127.0.0.1:${port}`
  const report = async (query = 'reset') => (await fetch(`${url}/report?${query}`)).json()
  return {
    url,
    report,
    down: () => fetch(`${url}/down`),
    up: () => fetch(`${url}/up`),
    /** Waits until so many different events arrived. */
    async arrived(count, within = 120_000) {
      const until = performance.now() + within
      for (;;) {
        const { distinct } = await report('brief')
        if (distinct >= count || performance.now() > until) return distinct
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    stop: () => child.kill('SIGKILL'),
  }
}

export function startDriver() {
  const child = spawn(process.execPath, [path.join(root, 'scripts/bench/driver.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async run(job) {
      child.stdin.write(`${JSON.stringify(job)}\n`)
      const { value } = await answers.next()
      return JSON.parse(value)
    },
    stop: () => child.kill('SIGKILL'),
  }
}
